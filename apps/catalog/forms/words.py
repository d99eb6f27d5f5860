"""Fields that several forms of the catalog share: words of the glossary, records by their keys."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.catalog.models import GlossaryTerm, MasterEntity
from apps.catalog.queries.glossary import named_term, words_known


class TermsField(forms.CharField):
    """Glossary terms by name or synonym, with commas or line breaks between them."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("help_text", gettext_lazy("Words of the glossary, with commas between them."))
        # The form sets what is known, so that many of these fields take one statement.
        self.known: dict[str, list[GlossaryTerm]] | None = None
        super().__init__(required=False, max_length=2000, **options)

    def prepare_value(self, value: Any) -> Any:
        """Show terms by their names."""
        if isinstance(value, list | tuple):
            return ", ".join(sorted((str(term) for term in value), key=str.lower))
        return value

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare words, whatever stands between them."""
        return _words(self.prepare_value(initial) or "") != _words(data or "")

    def clean(self, value: Any) -> list[GlossaryTerm]:
        """Return the terms that are meant."""
        text = super().clean(value)
        words = _words(text)
        known = self.known if self.known is not None or not words else words_known()
        found, unknown, several = [], [], []
        for word in words:
            meant = named_term(known or {}, word)
            if len(meant) == 1:
                found.append(meant[0])
            else:
                (several if meant else unknown).append(word)
        if unknown:
            raise forms.ValidationError(_("The glossary does not know: %(words)s.") % {"words": ", ".join(unknown)})
        if several:
            raise forms.ValidationError(
                _("Several terms are called that, write the name: %(words)s.") % {"words": ", ".join(several)}
            )
        return list({term.pk: term for term in found}.values())


def _words(text: str) -> list[str]:
    """Return the words of a text in one order, each once."""
    return sorted({word.strip().lower(): word.strip() for word in re.split(r"[,;\n]", text) if word.strip()}.values())


class KeyField(forms.CharField):
    """A record that the person may see, by its key; the form sets `person`."""

    person: Any = None

    def __init__(self, model: Any, **options: Any) -> None:
        self.model = model
        super().__init__(max_length=20, **options)

    def clean(self, value: Any) -> Any:
        """Find the record among those that the person may see."""
        text = super().clean(value).strip().upper()
        if not text:
            return None
        found = self.model.objects.visible_to(self.person).filter(key=text.split()[0]).first()
        if found is None:
            raise forms.ValidationError(_("You see nothing called %(key)s.") % {"key": text})
        return found


def entity_field(**options: Any) -> forms.ModelChoiceField:
    """Return a choice of master-data entities; the form sets the choices anew when it is made."""
    options.setdefault("label", gettext_lazy("Master data"))
    return forms.ModelChoiceField(
        queryset=MasterEntity.objects.none(), required=False, empty_label=gettext_lazy("None"), **options
    )
