"""Monitoring's forms: bounds and incidents."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.inventory.forms.fields import PersonField, long_text
from apps.monitoring.models import Aggregate, BoundAction, Comparison, Happened, Severity, Window
from apps.web.forms import Form


class MomentField(forms.DateTimeField):
    """A moment in universal time."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("help_text", _("Universal time (UTC)."))
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        formats = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"]
        super().__init__(widget=widget, input_formats=formats, **options)

    def prepare_value(self, value: Any) -> Any:
        """Show a moment in universal time."""
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M") if isinstance(value, datetime) else value

    def to_python(self, value: Any) -> Any:
        """Read a moment as universal time, whatever zone the portal shows."""
        found = super().to_python(value)
        return found.replace(tzinfo=UTC) if found else None


class BoundForm(Form):
    """Where a metric should stay."""

    comparison = forms.ChoiceField(label=_("Wrong when it is"), choices=Comparison.choices, widget=forms.RadioSelect)
    threshold = forms.DecimalField(label=_("Threshold"), max_digits=25, decimal_places=10)
    window = forms.ChoiceField(label=_("Look at"), choices=Window.choices, widget=forms.RadioSelect, initial="point")
    aggregate = forms.ChoiceField(
        label=_("Which number of an hour or day"), choices=Aggregate.choices, initial="mean", required=False
    )
    consecutive = forms.IntegerField(
        label=_("How many in a row"), min_value=1, max_value=30, initial=1,
        help_text=_("It takes as many to open an alert, and as many to close it again."),
    )  # fmt: skip
    action = forms.ChoiceField(
        label=_("A breach leads to"), choices=BoundAction.choices, widget=forms.RadioSelect, initial="alert"
    )
    silent_after = forms.IntegerField(
        label=_("Silent after so many hours"), min_value=1, max_value=8760, initial=48,
        help_text=_("Without a value for so long it is a finding."),
    )  # fmt: skip
    data_slice = forms.CharField(
        label=_("Slice"), max_length=120, required=False, help_text=_("Empty: everything together.")
    )
    owner = PersonField(label=_("Who answers"), help_text=_("E-mail or whole name."))
    baseline = long_text(
        _("Where the threshold comes from"), _("For example the evaluation before the release."), rows=2
    )

    def values(self) -> dict[str, Any]:
        """Return what the operation is given."""
        given = {name: value for name, value in self.cleaned_data.items() if name not in ("submission", "reason")}
        given["aggregate"] = given["aggregate"] or "mean"
        return given


class BoundEditForm(BoundForm):
    """Move a bound."""

    reason = long_text(_("Reason"), _("A moved bound hides what it would have found: say why."), required=True)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["data_slice"]

    def values(self) -> dict[str, Any]:
        """Return the changes."""
        return {name: value for name, value in super().values().items() if name != "version"}


class IncidentForm(Form):
    """What went wrong."""

    title = forms.CharField(label=_("What happened, in a sentence"), max_length=300)
    severity = forms.ChoiceField(label=_("Severity"), choices=Severity.choices, widget=forms.RadioSelect)
    actual_or_near = forms.ChoiceField(
        label=_("Did it do harm"), choices=Happened.choices, widget=forms.RadioSelect, initial="actual"
    )
    occurred_at = MomentField(label=_("Happened at"))
    detected_at = MomentField(label=_("Noticed at"), required=False, help_text=_("Universal time (UTC). Empty: now."))
    description = long_text(_("What is known"), rows=5)
    owner = PersonField(
        label=_("Who answers"), required=False, help_text=_("E-mail or whole name. Empty: the system's owner.")
    )
    reference = forms.CharField(
        label=_("Reference"), max_length=120, required=False, help_text=_("Its number elsewhere, if it has one.")
    )

    def values(self) -> dict[str, Any]:
        """Return what the operation is given."""
        return {name: value for name, value in self.cleaned_data.items() if name != "submission"}


class IncidentEditForm(IncidentForm):
    """Change what is written about an incident."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["reference"]

    def values(self) -> dict[str, Any]:
        """Return the changes; what was left empty stays."""
        kept = {name: value for name, value in super().values().items() if name != "version"}
        return {name: value for name, value in kept.items() if value is not None}


class ContainForm(Form):
    """What was done."""

    reason = long_text(_("What was done, so that it does no more harm"), required=True)


class CloseForm(Form):
    """The root cause, and what was learned."""

    root_cause = long_text(_("Root cause"), _("What caused it, not only what happened."), required=True)
    lessons = long_text(_("What was learned, and what follows"))
