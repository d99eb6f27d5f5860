"""The forms of platforms."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Department
from apps.catalog.models import Criticality, Encryption, PlatformKind
from apps.inventory.forms.fields import PersonField, long_text
from apps.web.forms import Form


class PlatformForm(Form):
    """What is said of a platform."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    name = forms.CharField(label=_("Name"), max_length=200)
    kind = forms.ChoiceField(label=_("Kind"), choices=PlatformKind.choices, initial="unknown")
    description = long_text(_("Description"))
    owner = PersonField(label=_("Owner"), required=False)
    location = forms.CharField(
        label=_("Location"), max_length=200, required=False, help_text=_("Data centre, account or cluster.")
    )
    region = forms.CharField(label=_("Region"), max_length=40, required=False, help_text=_("For example EU, DE, US."))
    criticality = forms.ChoiceField(
        label=_("Criticality"), choices=[("", _("Not known yet")), *Criticality.choices], required=False
    )
    encryption = forms.ChoiceField(label=_("Encryption at rest"), choices=Encryption.choices, initial="unknown")
    key_reference = forms.CharField(
        label=_("Key reference"), max_length=300, required=False, help_text=_("Where the key is kept, never the key.")
    )
    key_rotated_on = forms.DateField(
        label=_("Key rotated on"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    transport_encrypted = forms.TypedChoiceField(
        label=_("Only over TLS"), required=False, empty_value=None,
        choices=[("", _("Not known yet")), ("True", _("Yes")), ("False", _("No"))], coerce=lambda text: text == "True",
    )  # fmt: skip

    def changes(self) -> dict[str, Any]:
        """Return the fields of the record as they were entered."""
        left_out = ("version", "submission", "department", "namespace")
        return {name: value for name, value in self.cleaned_data.items() if name not in left_out}


class RegisterPlatformForm(PlatformForm):
    """A new platform."""

    field_order = ("name", "namespace", "department")
    namespace = forms.CharField(
        label=_("Namespace"), max_length=500, help_text=_("As tools name it, for example postgres://db:5432.")
    )
    department = forms.ModelChoiceField(label=_("Department"), queryset=Department.objects.none())

    def __init__(self, *args: Any, departments: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"].queryset = departments
