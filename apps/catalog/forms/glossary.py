"""The forms of glossary terms and master-data entities."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.catalog.models import Category, Level, TermRelationKind
from apps.inventory.forms.fields import LinesField, PersonField, long_text, several
from apps.web.forms import Form

from .words import TermsField


class TermForm(Form):
    """A word and its meaning."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    name = forms.CharField(label=gettext_lazy("Term"), max_length=120)
    definition = long_text(gettext_lazy("Meaning"), required=True)
    synonyms = LinesField(
        label=gettext_lazy("Also called"), required=False, max_length=4000, help_text=gettext_lazy("One on each line.")
    )
    level = forms.ChoiceField(
        label=gettext_lazy("Suggests the level"), choices=[("", gettext_lazy("None")), *Level.choices], required=False,
        help_text=gettext_lazy("What carries this word is suggested this level; a steward confirms it."),
    )  # fmt: skip
    categories = several(gettext_lazy("Suggests the categories"), Category.choices)
    steward = PersonField(label=gettext_lazy("Steward"), required=False)

    def changes(self) -> dict[str, Any]:
        """Return the fields of the record as they were entered."""
        return {name: value for name, value in self.cleaned_data.items() if name not in ("version", "submission")}

    def clean_synonyms(self) -> list[str]:
        """Refuse synonyms that are longer than what is kept."""
        words = self.cleaned_data["synonyms"]
        if any(len(word) > 120 for word in words):
            raise forms.ValidationError(_("A synonym has 120 characters at most."))
        return words


class RelateForm(Form):
    """What another term has to do with this one."""

    kind = forms.ChoiceField(
        label=gettext_lazy("This term"), choices=TermRelationKind.choices, widget=forms.RadioSelect
    )
    other = TermsField(label=gettext_lazy("Other term"), help_text=gettext_lazy("Its name, or another word for it."))

    def clean_other(self) -> Any:
        """Take exactly one term."""
        terms = self.cleaned_data["other"]
        if len(terms) != 1:
            raise forms.ValidationError(_("Name one term."))
        return terms[0]


class EntityForm(Form):
    """A thing of the business and its identifier."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    identifier = forms.CharField(
        label=gettext_lazy("Identifier"), max_length=120,
        help_text=gettext_lazy("The one name of its key, for example customer_id. Upper case and separators do not count."),
    )  # fmt: skip
    description = long_text(gettext_lazy("Description"))
    owner = PersonField(label=gettext_lazy("Owner"), required=False)

    def changes(self) -> dict[str, Any]:
        """Return the fields of the record as they were entered."""
        return {name: value for name, value in self.cleaned_data.items() if name not in ("version", "submission")}
