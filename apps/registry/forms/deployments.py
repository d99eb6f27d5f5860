"""Forms about what runs where: deploying, going back, asking for a date."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.inventory.forms.actions import ReasonForm
from apps.inventory.forms.fields import long_text
from apps.registry.models import Environment
from apps.web.forms import Form


class DeployForm(ReasonForm):
    """Which release, where."""

    field_order = ("release", "environment", "region", "reason")
    release = forms.ChoiceField(label=_("Release"), widget=forms.RadioSelect)
    environment = forms.ChoiceField(label=_("Environment"), choices=Environment.choices, widget=forms.RadioSelect)
    region = forms.CharField(label=_("Region"), max_length=40, help_text=_("For example EU."))
    reason = long_text(_("Remark"))

    def __init__(self, *args: Any, releases: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.releases = {one.key: one for one in releases}
        self.fields["release"].choices = [(key, str(one)) for key, one in self.releases.items()]

    def values(self) -> dict[str, Any]:
        """Return what the operation is given."""
        given = {name: self.cleaned_data[name] for name in ("environment", "region", "reason")}
        return given | {"release": self.releases[self.cleaned_data["release"]]}


class BackForm(Form):
    """To which release, by which right, and why; the reason comes last, under the thumb."""

    to_release = forms.ChoiceField(label=_("Back to"), widget=forms.RadioSelect)
    reason = long_text(_("Reason"), _("It is kept in the ledger and reviewed afterwards."), required=True)

    def __init__(self, *args: Any, choices: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choices = {one.release.key: one for one in choices}
        self.fields["to_release"].choices = [(key, str(one.release)) for key, one in self.choices.items()]
        ready = [key for key, one in self.choices.items() if not one.why_not]
        # Two taps: the newest that may run is chosen already.
        self.initial.setdefault("to_release", next(iter([*ready, *self.choices]), None))


class ReviewForm(Form):
    """What was learned."""

    review = long_text(_("What was learned, and what follows"), required=True)


class AsOfForm(forms.Form):
    """What ran where at a moment; a question, nothing is changed."""

    at = forms.DateTimeField(
        label=_("At"), help_text=_("Universal time (UTC)."), required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d"],
    )  # fmt: skip
    system = forms.CharField(label=_("System"), required=False, max_length=20, help_text=_("Its key. Empty: all."))
    environment = forms.ChoiceField(
        label=_("Environment"), required=False, choices=[("", _("All")), *Environment.choices]
    )

    use_required_attribute = False

    def clean_at(self) -> datetime | None:
        """Read the moment as universal time."""
        found = self.cleaned_data.get("at")
        return found.replace(tzinfo=UTC) if found else None
