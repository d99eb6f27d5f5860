"""What is asked before a verification or an export."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.web.forms import Form


class VerifyForm(Form):
    """Ask for a verification; a double click asks once."""


class BundleForm(Form):
    """Ask for the bundle."""

    with_personal_texts = forms.BooleanField(
        label=_("With personal texts"),
        required=False,
        help_text=_("Reasons and names as typed. Without them the bundle verifies just as well."),
    )
