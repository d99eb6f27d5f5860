"""Forms of retention: a policy, a hold, a deletion with its proof."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.catalog.models import Dataset, RetentionEnd, RetentionSource
from apps.evidence.rules_pure.files import ACCEPTED
from apps.inventory.forms.fields import long_text
from apps.web.forms import Form

from .processing import KeysField

DAY = forms.DateInput(attrs={"type": "date"})


class PolicyForm(Form):
    """How long."""

    days = forms.IntegerField(label=gettext_lazy("Kept for (days)"), min_value=1, max_value=36_525)
    counted_from = forms.CharField(
        label=gettext_lazy("Counted from"), max_length=200, required=False,
        help_text=gettext_lazy("A field, for example closed_on. Empty: from the load."),
    )  # fmt: skip
    at_the_end = forms.ChoiceField(label=gettext_lazy("At the end"), choices=RetentionEnd.choices, initial="delete")
    source = forms.ChoiceField(
        label=gettext_lazy("Who says so"),
        choices=[choice for choice in RetentionSource.choices if choice[0] != "contract"],
        initial="steward",
    )
    basis = long_text(gettext_lazy("Why"), gettext_lazy("The law, the contract, the need."), required=True)
    due_on = forms.DateField(
        label=gettext_lazy("Next deletion due on"), required=False, widget=DAY,
        help_text=gettext_lazy("Empty: a month after the oldest rows can have come of age."),
    )  # fmt: skip


class HoldForm(Form):
    """What is held, and for which matter."""

    matter = forms.CharField(label=gettext_lazy("Matter"), max_length=250)
    datasets = KeysField(
        Dataset, label=gettext_lazy("Datasets"), help_text=gettext_lazy("Their keys, one on each line.")
    )
    reason = long_text(gettext_lazy("Reason"), required=True)

    def __init__(self, *args: Any, person: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["datasets"].person = person


class DeletionForm(Form):
    """Counts, job and file."""

    up_to = forms.DateField(label=gettext_lazy("Rows up to and including"), widget=DAY)
    rows_before = forms.IntegerField(label=gettext_lazy("Rows before"), min_value=0)
    rows_deleted = forms.IntegerField(label=gettext_lazy("Rows deleted or anonymised"), min_value=0)
    rows_after = forms.IntegerField(label=gettext_lazy("Rows after"), min_value=0)
    job_reference = forms.CharField(label=gettext_lazy("The job that did it"), max_length=200)
    proof = forms.FileField(
        label=gettext_lazy("Proof"), required=False, widget=forms.FileInput(attrs={"accept": ACCEPTED}),
        help_text=gettext_lazy("The job's report or log: PDF, CSV, text or a picture, smaller than 20 MB."),
    )  # fmt: skip
    copies = forms.MultipleChoiceField(
        label=gettext_lazy("Copies that were cleaned with it"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Lineage knows these. What you leave out is owed by its own steward."),
    )  # fmt: skip
    remark = long_text(gettext_lazy("Remark"))

    def __init__(self, *args: Any, copies: Any = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.copies = {copy.key: copy for copy in copies}
        if self.copies:
            self.fields["copies"].choices = [(key, f"{key} {copy.title}") for key, copy in self.copies.items()]
        else:
            del self.fields["copies"]

    def clean_proof(self) -> Any:
        """Ask for the file in words of this form; the operation insists on it as well."""
        found = self.cleaned_data.get("proof")
        if not found:
            raise forms.ValidationError(_("Add the file that proves it: the job's report or log."))
        return found
