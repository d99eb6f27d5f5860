"""What input at gates looks like."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.web.forms import Form

from .models import Outcome
from .rules_pure.policy import GatePolicy, Policy

CONDITION_ROWS = 3


class SubmitForm(Form):
    """The questions of a gate."""

    def __init__(self, *args: Any, gate: GatePolicy, policy: Policy, **kwargs: Any) -> None:
        self.base_fields = dict(self.base_fields)
        super().__init__(*args, **kwargs)
        for name in gate.questions:
            question = policy.questions[name]
            self.fields[name] = forms.CharField(
                label=question.text,
                help_text=question.help,
                max_length=6000,
                widget=forms.Textarea(attrs={"rows": 4}),
            )


class DecisionForm(Form):
    """A person's word in a lane."""

    lane = forms.ChoiceField(label=_("For which lane do you speak?"), widget=forms.RadioSelect)
    outcome = forms.ChoiceField(label=_("Your decision"), choices=Outcome.choices, widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("The owner and the auditor read it."),
        max_length=6000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    content_hash = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(self, *args: Any, lanes: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["lane"].choices = lanes  # type: ignore[attr-defined]
        if len(lanes) == 1:
            self.initial.setdefault("lane", lanes[0][0])
        for number in range(1, CONDITION_ROWS + 1):
            self.fields[f"condition_{number}"] = forms.CharField(
                label=_("Condition %(number)s") % {"number": number}, required=False, max_length=300
            )
            self.fields[f"when_{number}"] = forms.ChoiceField(
                label=_("When"), required=False, choices=[("after", _("Due afterwards")), ("before", _("Before use"))]
            )
            self.fields[f"due_{number}"] = forms.DateField(
                label=_("Due on"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
            )

    def conditions(self) -> list[dict[str, str]]:
        """Return the conditions that were filled in."""
        rows = []
        for number in range(1, CONDITION_ROWS + 1):
            text = self.cleaned_data.get(f"condition_{number}", "")
            if text:
                due = self.cleaned_data.get(f"due_{number}")
                rows.append(
                    {"text": text, "when": self.cleaned_data[f"when_{number}"], "due": due.isoformat() if due else ""}
                )
        return rows

    def condition_rows(self) -> list[list[Any]]:
        """Return the fields of each condition, for the template."""
        return [[self[f"condition_{n}"], self[f"when_{n}"], self[f"due_{n}"]] for n in range(1, CONDITION_ROWS + 1)]


class WithdrawForm(Form):
    """Why a review is withdrawn."""

    reason = forms.CharField(
        label=_("Why do you withdraw it?"), max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )


class PolicyForm(Form):
    """A new version of the policy."""

    text = forms.CharField(
        label=_("Policy (YAML)"), max_length=60000, widget=forms.Textarea(attrs={"rows": 30, "spellcheck": "false"})
    )
    reason = forms.CharField(
        label=_("What changes, and why?"), max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )
