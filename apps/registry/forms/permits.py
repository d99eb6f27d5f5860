"""Asking for a permit."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.inventory.forms.fields import LinesField
from apps.web.forms import Form


class PermitForm(Form):
    """Which release, where, which images, for how long."""

    release = forms.ChoiceField(label=_("Release"), widget=forms.RadioSelect)
    environment = forms.ChoiceField(
        label=_("Environment"), choices=[("pilot", _("Pilot")), ("production", _("Production"))], initial="production",
        widget=forms.RadioSelect,
    )  # fmt: skip
    region = forms.CharField(label=_("Region"), max_length=40, required=False, help_text=_("Empty: any."))
    images = LinesField(label=_("Digests of images"), required=False, help_text=_("One on each line, as sha256:…."))
    minutes = forms.IntegerField(label=_("For how many minutes"), min_value=1, max_value=1440, initial=60)

    def __init__(self, *args: Any, releases: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.releases = {one.key: one for one in releases}
        self.fields["release"].choices = [(key, str(one)) for key, one in self.releases.items()]

    def values(self) -> dict[str, Any]:
        """Return what the operation is given."""
        given = {name: self.cleaned_data[name] for name in ("environment", "region", "images", "minutes")}
        return given | {"release": self.releases[self.cleaned_data["release"]]}
