"""Forms of lineage."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from apps.catalog.models import Dataset
from apps.web.forms import Form

from .words import KeyField


class DeclareFlowForm(Form):
    """From which dataset another is filled, and how."""

    source = KeyField(Dataset, label=gettext_lazy("Filled from"), help_text=gettext_lazy("A key such as DAT-0001."))
    job = forms.CharField(
        label=gettext_lazy("By which job"),
        max_length=300,
        help_text=gettext_lazy("As tools call it, or as people do: “Monthly sheet”."),
    )

    def __init__(self, *args: Any, person: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["source"].person = person


class AnnounceForm(Form):
    """What those downstream are told."""

    message = forms.CharField(
        label=gettext_lazy("What changes, and when"), max_length=200, widget=forms.Textarea(attrs={"rows": 3})
    )
