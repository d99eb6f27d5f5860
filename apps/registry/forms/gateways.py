"""The form that takes in what a gateway told of its keys."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.registry.models import Environment
from apps.web.forms import Form

LARGEST = 20 * 1024 * 1024


class ReadGatewayForm(Form):
    """Which gateway, where it stands, and the file."""

    gateway = forms.CharField(
        label=gettext_lazy("Gateway"),
        max_length=60,
        help_text=gettext_lazy("Always the same short name, for example gateway-eu."),
    )
    environment = forms.ChoiceField(
        label=gettext_lazy("Where does it stand?"), choices=Environment.choices, initial=Environment.PRODUCTION
    )
    document = forms.FileField(
        label=gettext_lazy("File of keys"),
        help_text=gettext_lazy(
            "JSON: what LiteLLM answers at /key/list?return_full_object=true, or gatehouse-gateway-keys/1. "
            "Keys themselves are dropped while reading."
        ),
    )

    def clean_document(self) -> Any:
        """Read the JSON of the file."""
        found = self.cleaned_data["document"]
        if found.size > LARGEST:
            raise forms.ValidationError(_("The file is larger than 20 MB."))
        try:
            return json.loads(found.read())
        except (ValueError, RecursionError):
            raise forms.ValidationError(_("The file is no JSON document.")) from None
