"""Forms of classification: the table of fields, and what is said of a whole dataset."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.catalog.models import Category, Field, Level
from apps.catalog.queries.classification import class_token, confirmed_of, known_of
from apps.inventory.forms.fields import long_text
from apps.web.forms import Form

_SHORT = {"personal": gettext_lazy("Personal"), "special_category": gettext_lazy("Special category")}
LEVELS = [("", gettext_lazy("Not classified")), *Level.choices]
ACTIONS = ("accept", "all", "set", "save")
SHORT = [(value, _SHORT.get(value, label)) for value, label in Category.choices]


class ClassifyForm(Form):
    """Fields with what is said of them: choose some and accept or set, or say something of each."""

    chosen = forms.MultipleChoiceField(required=False, widget=forms.MultipleHiddenInput)
    bulk_level = forms.ChoiceField(
        label=gettext_lazy("Level of the chosen fields"), required=False, choices=[("", "–"), *Level.choices]
    )
    bulk_categories = forms.MultipleChoiceField(
        label=gettext_lazy("Their categories"), required=False, choices=Category.choices,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    reason = long_text(
        gettext_lazy("Reason"),
        gettext_lazy("Needed where you say less than what is suggested or carried. One for all; kept in the ledger."),
    )

    def __init__(self, *args: Any, rows: Iterable[Field], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = list(rows)
        self.action = self.data.get("do", "") if self.is_bound else ""
        self.fields["chosen"].choices = [(field.pk.hex, field.path) for field in self.rows]
        for field in self.rows:
            level, categories = shown_of(field)
            names = {"path": field.path}
            self.fields[f"level_{field.pk.hex}"] = forms.ChoiceField(
                label=_("Level of %(path)s") % names, required=False, choices=LEVELS, initial=level
            )
            self.fields[f"categories_{field.pk.hex}"] = forms.MultipleChoiceField(
                label=_("Categories of %(path)s") % names, required=False, choices=SHORT,
                initial=categories, widget=forms.CheckboxSelectMultiple,
            )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Ask for what the pressed button needs."""
        chosen = self.cleaned_data.get("chosen") or []
        if self.action not in ACTIONS:
            raise forms.ValidationError(_("Press one of the buttons."))
        if self.action in ("accept", "set") and not chosen:
            raise forms.ValidationError(_("Choose at least one field."))
        if self.action == "set" and not self.cleaned_data.get("bulk_level"):
            self.add_error("bulk_level", _("Choose a level."))
        if self.action == "all" and not any(known_of(field).known for field in self._open()):
            raise forms.ValidationError(_("Nothing is suggested that is not confirmed."))
        if self.action == "save" and "reason" not in self.errors and not list(self._changed()):
            raise forms.ValidationError(_("Nothing was changed."))
        return self.cleaned_data

    def wanted(self) -> list[dict[str, Any]]:
        """Return for each field that is meant its path, level, categories, and what was seen of it."""
        if self.action == "save":
            return list(self._changed())
        chosen = set(self.cleaned_data["chosen"])
        if self.action == "all":
            chosen = {field.pk.hex for field in self._open()}
        found = []
        for field in self.rows:
            if field.pk.hex not in chosen:
                continue
            if self.action == "set":
                said = (self.cleaned_data["bulk_level"], self.cleaned_data["bulk_categories"])
            else:
                known = known_of(field)
                said = (known.level, sorted(known.categories))
            if said[0]:
                found.append(self._one(field, *said))
        return found

    def _open(self) -> list[Field]:
        return [field for field in self.rows if not field.confirmed_level]

    def _changed(self) -> Iterator[dict[str, Any]]:
        for field in self.rows:
            level = self.cleaned_data.get(f"level_{field.pk.hex}", "")
            categories = self.cleaned_data.get(f"categories_{field.pk.hex}", [])
            # What stood in the row when it was shown: what somebody else said since is not this person's change.
            if level and " ".join([level, *sorted(categories)]) != self.data.get(f"was_{field.pk.hex}", "").strip():
                yield self._one(field, level, categories)

    def _one(self, field: Field, level: str, categories: Iterable[str]) -> dict[str, Any]:
        seen = self.data.get(f"seen_{field.pk.hex}", "")[:16] or "unseen"
        return {"path": field.path, "level": level, "categories": tuple(categories), "seen": seen}

    def table_rows(self) -> list[dict[str, Any]]:
        """Return what the table shows of each field."""
        chosen = set(self.data.getlist("chosen")) if self.is_bound else set()
        return [
            {
                "field": field,
                "hex": field.pk.hex,
                "seen": class_token(field),
                "was": " ".join([shown_of(field)[0], *shown_of(field)[1]]),
                "chosen": field.pk.hex in chosen,
                "level": self[f"level_{field.pk.hex}"],
                "categories": self[f"categories_{field.pk.hex}"],
            }
            for field in self.rows
        ]


def shown_of(field: Field) -> tuple[str, list[str]]:
    """Return the class that a row begins with: what was confirmed, else what is known."""
    found = confirmed_of(field) if field.confirmed_level else known_of(field)
    return found.level, sorted(found.categories)


class DeclareClassForm(Form):
    """What is said of a dataset as a whole."""

    level = forms.ChoiceField(
        label=gettext_lazy("Level of the whole"), required=False, choices=LEVELS, widget=forms.RadioSelect,
        help_text=gettext_lazy("Its fields may raise it, never lower it."),
    )  # fmt: skip
    categories = forms.MultipleChoiceField(
        label=gettext_lazy("Categories"), required=False, choices=Category.choices, widget=forms.CheckboxSelectMultiple
    )
    reason = long_text(gettext_lazy("Reason"), gettext_lazy("It is kept in the ledger."), required=True)


class AgreeForm(Form):
    """A second person's word that data is less than it was."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=200)
    reason = long_text(
        gettext_lazy("Why you agree"), gettext_lazy("Say what you looked at. It is kept in the ledger."), required=True
    )
