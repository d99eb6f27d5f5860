"""The question whether one may use a dataset."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.catalog.models import DataAction, DataGrant, Dataset
from apps.web.forms import Form


class QuestionForm(Form):
    """What one wants to do with a dataset, and what for."""

    action = forms.ChoiceField(label=_("What do you want to do?"), choices=DataAction.choices, initial="read")
    purpose = forms.CharField(
        label=_("What for?"), max_length=60, required=False, help_text=_("The short name of the purpose in your grant.")
    )
    fields_wanted = forms.MultipleChoiceField(
        label=_("Which fields?"), required=False, help_text=_("None chosen: the whole dataset.")
    )
    region = forms.CharField(label=_("Where?"), max_length=40, required=False, help_text=_("For example EU."))

    def __init__(self, *args: Any, dataset: Dataset, person: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        paths = dataset.fields.filter(absent_since=None).values_list("path", flat=True)[:500]
        self.fields["fields_wanted"].choices = [(path, path) for path in paths]  # type: ignore[attr-defined]
        mine = DataGrant.objects.standing().filter(person_id=person.pk, dataset=dataset).first()
        self.initial.setdefault("purpose", mine.purpose if mine else "")

    def question(self) -> dict[str, Any]:
        """Return what was asked."""
        cleaned = self.cleaned_data
        return {
            "action": cleaned["action"],
            "fields": frozenset(cleaned["fields_wanted"]),
            "purpose": cleaned["purpose"].strip(),
            "region": cleaned["region"].strip(),
        }
