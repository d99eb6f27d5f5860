"""Small forms of single actions: a reason, and what else the action needs."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.inventory.models import DataClass, UseCase
from apps.web.forms import Form

from .fields import PersonField, SystemField, long_text, several


class ReasonForm(Form):
    """Why."""

    reason = long_text(
        _("Reason"), _("One sentence that others understand later. It is kept in the ledger."), required=True
    )


class StageForm(Form):
    """Which step."""

    target = forms.ChoiceField(label=_("Next stage"), choices=(), widget=forms.RadioSelect)
    reason = long_text(_("Remark"))

    def __init__(self, *args: Any, targets: Any = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["target"].choices = list(targets)


class RemarkForm(Form):
    """An optional remark."""

    reason = long_text(_("Remark"))


class ObservationForm(Form):
    """Whether a system runs."""

    status = forms.ChoiceField(
        label=_("What is observed"),
        choices=[("running", _("Running")), ("not_running", _("Not running"))],
        widget=forms.RadioSelect,
    )
    reason = long_text(_("How you know"))


class PeopleForm(ReasonForm):
    """Who answers for a system."""

    field_order = ("owner", "deputy", "sponsor", "reason")
    owner = PersonField(label=_("New owner"), required=False, help_text=_("E-mail or whole name. Empty: stays."))
    deputy = PersonField(label=_("New deputy"), required=False, help_text=_("May do what the owner may. Empty: stays."))
    sponsor = PersonField(label=_("New sponsor"), required=False, help_text=_("Pays and signs. Empty: stays."))


class AccessForm(ReasonForm):
    """Who may see a restricted system."""

    field_order = ("person", "reason")
    person = PersonField(label=_("Person"))


class RestrictionForm(ReasonForm):
    """Who sees a system at all."""

    field_order = ("restricted", "reason")
    restricted = forms.TypedChoiceField(
        label=_("Who sees it"),
        choices=[("yes", _("Only its people and those named")), ("no", _("All whose role and department allow it"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )


class MergeForm(ReasonForm):
    """Which record stands."""

    field_order = ("survivor", "reason")
    survivor = SystemField(label=_("System that stands"))

    def __init__(self, *args: Any, person: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["survivor"].person = person


class LegacyForm(Form):
    """Until when a system that ran before it was governed may go on."""

    until = forms.DateField(label=_("Until"), widget=forms.DateInput(attrs={"type": "date"}))
    interim_controls = long_text(
        _("Interim controls"), _("What keeps people safe until it is authorised or stopped."), required=True
    )


class ApprovedUseForm(Form):
    """What employees may do with a system."""

    title = forms.CharField(
        label=_("What may be done"), max_length=200, help_text=_("As a colleague would say it: “Translate contracts”.")
    )
    purpose = long_text(_("Purpose and limits"), _("What it may be used for, and what not."), required=True)
    data_classes = several(_("Data that may be used"), DataClass.choices, required=True)
    conditions = long_text(
        _("Conditions"), _("What users must do, for example: read every translation before sending.")
    )
    how_to_get = long_text(_("How to get access"), _("Where to ask, what it costs."), rows=2)
    for_everyone = forms.BooleanField(label=_("For everyone"), required=False)
    departments = forms.ModelMultipleChoiceField(
        label=_("Or for these departments, with everything below them"),
        queryset=UseCase.objects.none(),
        required=False,
        widget=forms.SelectMultiple(attrs={"size": 8}),
    )
    roles = forms.MultipleChoiceField(
        label=_("Or for people with these roles"),
        choices=(),
        required=False,
        widget=forms.SelectMultiple(attrs={"size": 6}),
    )
    until = forms.DateField(
        label=_("Until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Empty: as long as the system is authorised."),
    )

    def __init__(self, *args: Any, departments: Any = None, roles: Any = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if departments is not None:
            self.fields["departments"].queryset = departments
        self.fields["roles"].choices = list(roles)

    def values(self) -> dict[str, Any]:
        """Return what was entered."""
        return {name: value for name, value in self.cleaned_data.items() if name != "submission"}
