"""What the input about evidence looks like."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.web.forms import Form

from .rules_pure.files import ACCEPTED


class FileForm(Form):
    """A file, and until when it proves something."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("PDF, Word, Excel, PowerPoint, PNG, JPEG, CSV or text, smaller than 20 MB, without macros."),
        widget=forms.FileInput(attrs={"accept": ACCEPTED}),
        allow_empty_file=True,
        max_length=300,
        error_messages={"required": _("Select a file."), "missing": _("Select a file.")},
    )
    expires_on = forms.DateField(
        label=_("Expires on"),
        required=False,
        help_text=_("For example 2027-12-31. Empty: it does not expire."),
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": _("Enter a date as year-month-day, such as 2027-12-31.")},
    )


class EvidenceForm(FileForm):
    """A file with a title."""

    title = forms.CharField(label=_("Title"), required=False, max_length=200, help_text=_("Empty: the file's name."))
    field_order = ["file", "title", "expires_on"]
