"""Fields that several forms share: people, systems, lines of text."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.models import Person
from apps.inventory.models import AISystem


class PersonField(forms.CharField):
    """A colleague, by e-mail or by their whole name."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("help_text", gettext_lazy("Their e-mail address, or their whole name."))
        super().__init__(max_length=254, **options)

    def prepare_value(self, value: Any) -> Any:
        """Show a person by e-mail."""
        return value.email if isinstance(value, Person) else value

    def clean(self, value: Any) -> Any:
        """Find the one active person who is meant."""
        text = super().clean(value).strip()
        if not text:
            return None
        found = list(Person.objects.active().filter(email=text.lower())[:2])
        found = found or list(Person.objects.active().filter(name__iexact=text)[:2])
        if len(found) == 1:
            return found[0]
        if found:
            raise forms.ValidationError(_("Several people are called that: use the e-mail address."))
        raise forms.ValidationError(_("Nobody here is known by “%(text)s”.") % {"text": text[:80]})


class SystemField(forms.CharField):
    """A system that the person may see, by its key; the form must set `person`."""

    person: Any = None

    def __init__(self, **options: Any) -> None:
        options.setdefault("help_text", gettext_lazy("Its key, for example AIS-0012."))
        super().__init__(max_length=20, **options)

    def clean(self, value: Any) -> Any:
        """Find the system among those the person may see."""
        text = super().clean(value).strip().upper()
        if not text:
            return None
        found = AISystem.objects.visible_to(self.person).filter(key=text).first()
        if found is None:
            raise forms.ValidationError(_("There is no system %(key)s that you may see.") % {"key": text})
        return found


class LinesField(forms.CharField):
    """Several short texts, one on each line."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.Textarea(attrs={"rows": 3}))
        super().__init__(**options)

    def prepare_value(self, value: Any) -> Any:
        """Show a list as lines."""
        return "\n".join(value) if isinstance(value, list | tuple) else value

    def clean(self, value: Any) -> list[str]:
        """Return the lines that hold something, each once."""
        lines = [line.strip() for line in super().clean(value).splitlines()]
        return list(dict.fromkeys(line for line in lines if line))


class PairsField(forms.CharField):
    """Names with what they point to, one "name: reference" on each line."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.Textarea(attrs={"rows": 3}))
        super().__init__(**options)

    def prepare_value(self, value: Any) -> Any:
        """Show a mapping as lines."""
        return "\n".join(f"{key}: {item}" for key, item in value.items()) if isinstance(value, dict) else value

    def clean(self, value: Any) -> dict[str, str]:
        """Return the mapping that the lines say."""
        found: dict[str, str] = {}
        for line in super().clean(value).splitlines():
            if line.strip():
                name, colon, reference = line.partition(":")
                if not colon or not name.strip() or not reference.strip():
                    raise forms.ValidationError(_("Write “name: reference” on each line."))
                found[name.strip()] = reference.strip()
        return found


def long_text(label: Any, help_text: Any = "", *, required: bool = False, rows: int = 3) -> forms.CharField:
    """Return a field for a few sentences."""
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, help_text=help_text, required=required, widget=widget, max_length=8000)


def several(label: Any, choices: Any, help_text: Any = "", *, required: bool = False) -> forms.MultipleChoiceField:
    """Return check boxes."""
    widget = forms.CheckboxSelectMultiple
    return forms.MultipleChoiceField(
        label=label, choices=choices, help_text=help_text, required=required, widget=widget
    )
