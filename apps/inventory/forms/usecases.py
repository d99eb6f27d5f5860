"""The form of a use case."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Department, LegalEntity
from apps.inventory.models import DataClass, PersonEffect
from apps.web.forms import Form

from .fields import SystemField, long_text, several


class UseCaseForm(Form):
    """One intended purpose."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    name = forms.CharField(label=_("Name"), max_length=250)
    purpose = long_text(
        _("Intended purpose"),
        _("What it is used for, by whom, in which process. The law looks at this."),
        required=True,
    )
    process = forms.CharField(label=_("Process"), max_length=200, required=False)
    legal_entity = forms.ModelChoiceField(
        label=_("Legal entity"), queryset=LegalEntity.objects.none(), required=False, empty_label=_("Not known yet")
    )
    user_group = long_text(_("Who uses it"))
    people_affected = long_text(_("People affected"), _("Whose lives its outcomes touch."))
    person_effect = forms.ChoiceField(label=_("Effect on persons"), choices=PersonEffect.choices, initial="unknown")
    data_classes = several(_("Data it works with"), DataClass.choices)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["legal_entity"].queryset = LegalEntity.objects.all()

    def changes(self) -> dict[str, Any]:
        """Return the fields of the record as they were entered."""
        return {
            k: v for k, v in self.cleaned_data.items() if k not in ("version", "submission", "department", "system")
        }


class RegisterUseCaseForm(UseCaseForm):
    """A new use case, on a system."""

    field_order = ("department", "system")
    department = forms.ModelChoiceField(label=_("Department"), queryset=Department.objects.none())
    system = SystemField(label=_("System it runs on"), required=False)

    def __init__(self, *args: Any, departments: Any = None, person: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"].queryset = departments
        self.fields["system"].person = person
