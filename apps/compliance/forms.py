"""What input about findings and exceptions looks like."""

from __future__ import annotations

from datetime import UTC, datetime, time

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Person
from apps.web.forms import Form

from .models import ExceptionKind


class RemedyForm(Form):
    """What is being done about a finding."""

    remedy = forms.CharField(
        label=_("What are you doing about it?"),
        help_text=_("The rule closes the finding by itself once it is true."),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class OwnerForm(Form):
    """Giving a finding to somebody."""

    owner = forms.EmailField(label=_("Give it to (e-mail)"), max_length=254)

    def clean_owner(self) -> Person:
        """Find the person."""
        person = Person.objects.active().filter(email=self.cleaned_data["owner"].lower()).first()
        if person is None:
            raise forms.ValidationError(_("Nobody with this e-mail is on record."))
        return person


class ReasonForm(Form):
    """A reason that the ledger keeps."""

    reason = forms.CharField(label=_("Reason"), max_length=4000, widget=forms.Textarea(attrs={"rows": 3}))


class ExceptionForm(Form):
    """Asking for an exception."""

    about = forms.CharField(label=_("System"), help_text=_("Its key, such as AIS-0001."), max_length=20)
    kind = forms.ChoiceField(label=_("Kind"), choices=ExceptionKind.choices, widget=forms.RadioSelect, initial="waiver")
    concerns = forms.CharField(
        label=_("What should be excepted?"),
        help_text=_("A rule such as INV-002, a gate such as G4, or a gate's check such as G4:exit."),
        max_length=60,
    )
    reason = forms.CharField(label=_("Why?"), max_length=4000, widget=forms.Textarea(attrs={"rows": 3}))
    compensating_control = forms.CharField(
        label=_("What protects people and data meanwhile?"), max_length=4000, widget=forms.Textarea(attrs={"rows": 3})
    )
    until = forms.DateField(
        label=_("Until"),
        help_text=_("At most a year from now."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def clean_until(self) -> datetime:
        """Return the end of that day."""
        return datetime.combine(self.cleaned_data["until"], time(23, 59), tzinfo=UTC)
