"""Forms about access: asking, deciding, extending, recertifying."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.models import Department
from apps.catalog.models import DataAction, Dataset, FailMode, Field, Level, Platform
from apps.catalog.queries.access import entries_to_cite, services_of, systems_of, uses_of
from apps.catalog.rules_pure.access_policy import longest_days
from apps.inventory.forms.actions import ReasonForm
from apps.inventory.forms.fields import LinesField, long_text, several
from apps.web.forms import Form

FIELDS_TICKED = 40
USUAL_DAYS = 30


class AskForm(Form):
    """What somebody asks for; who it is for, what, what for, how long."""

    subject = forms.ChoiceField(label=gettext_lazy("Who is it for?"), widget=forms.RadioSelect)
    actions = several(gettext_lazy("What is to be done with it?"), DataAction.choices, required=True)
    fields_wanted = LinesField(
        label=gettext_lazy("Only these fields"), required=False,
        help_text=gettext_lazy("One on each line. None: the whole dataset."),
    )  # fmt: skip
    purpose_details = long_text(
        gettext_lazy("What is it for?"),
        gettext_lazy("The steward reads this. It is kept in the ledger."),
        required=True,
    )
    purpose = forms.CharField(label=gettext_lazy("Short name of the purpose"), max_length=60)
    use_case = forms.ChoiceField(
        label=gettext_lazy("Use case"), required=False,
        help_text=gettext_lazy("A system that has use cases gets data for one of them."),
    )  # fmt: skip
    activity = forms.ChoiceField(
        label=gettext_lazy("Entry of the processing register"), required=False,
        help_text=gettext_lazy("Personal data needs the entry that allows the use."),
    )  # fmt: skip
    region = forms.CharField(label=gettext_lazy("Where will it be used?"), max_length=40, required=False)
    days = forms.IntegerField(label=gettext_lazy("For how many days?"), min_value=1, max_value=3650)
    rate_per_hour = forms.IntegerField(
        label=gettext_lazy("Uses an hour"), min_value=1, max_value=1_000_000_000, required=False,
        help_text=gettext_lazy("For systems and services. Nothing: no limit."),
    )  # fmt: skip
    fail_mode = forms.ChoiceField(
        label=gettext_lazy("While the portal cannot be asked"), choices=FailMode.choices, initial=FailMode.CLOSED,
        widget=forms.RadioSelect,
    )  # fmt: skip

    def __init__(self, *args: Any, dataset: Dataset, person: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        systems, services = list(systems_of(person)), list(services_of(person))
        self.subjects = {"me": person} | {f"system:{one.key}": one for one in systems}
        self.subjects |= {f"service:{one.pk}": one for one in services}
        self.fields["subject"].choices = [
            ("me", _("Myself")),
            *((f"system:{one.key}", str(one)) for one in systems),
            *((f"service:{one.pk}", _("Service identity %(name)s") % {"name": one.name}) for one in services),
        ]
        self.initial.setdefault("subject", "me")
        self.uses = {one.key: one for one in uses_of(systems)}
        self.fields["use_case"].choices = [("", _("None"))] + [(key, str(one)) for key, one in self.uses.items()]
        self.entries = {one.key: one for one in entries_to_cite(dataset, person)}
        self.fields["activity"].choices = [("", _("None"))] + [(key, str(one)) for key, one in self.entries.items()]
        if not systems and not services:
            for name in ("use_case", "rate_per_hour", "fail_mode"):
                del self.fields[name]
        self._explain(dataset)

    def _explain(self, dataset: Dataset) -> None:
        codes = sorted({code for entry in self.entries.values() for code in entry.purpose_codes})
        known = _("In the register for this data: %(codes)s.") % {"codes": ", ".join(codes)} if codes else ""
        self.fields["purpose"].help_text = known or _("In small letters, for example claims-handling.")
        region = dataset.effective_region
        where = _("It is kept in %(region)s. Nothing: there.") % {"region": region} if region else ""
        self.fields["region"].help_text = where or _("For example EU.")
        longest = longest_days(dataset.level)
        self.fields["days"].help_text = _("At most %(days)s for data of this level.") % {"days": longest}
        self.initial.setdefault("days", min(USUAL_DAYS, longest))
        self.initial.setdefault("actions", [DataAction.READ.value])
        paths = list(Field.objects.filter(dataset=dataset, absent_since=None).values_list("path", flat=True)[:100])
        if 0 < len(paths) <= FIELDS_TICKED:
            label, hint = _("Only these fields"), _("None ticked: the whole dataset.")
            self.fields["fields_wanted"] = several(label, [(path, path) for path in paths], hint)

    def request(self) -> dict[str, Any]:
        """Return what the operation is asked with."""
        given = {
            name: value for name, value in self.cleaned_data.items() if name not in ("submission", "fields_wanted")
        }
        given["fields"] = self.cleaned_data["fields_wanted"]
        given["subject"] = self.subjects[given["subject"]]
        given["use_case"] = self.uses.get(given.get("use_case", ""))
        given["activity"] = self.entries.get(given["activity"])
        return given


class DecideForm(ReasonForm):
    """Approve, narrower where that is enough, or refuse."""

    field_order = ("seen", "outcome", "reason", "days", "rate_per_hour", "narrower")
    seen = forms.ChoiceField(choices=[("waiting", ""), ("second", "")], widget=forms.HiddenInput)
    outcome = forms.ChoiceField(
        label=gettext_lazy("Your decision"),
        choices=[("approve", gettext_lazy("Approve")), ("refuse", gettext_lazy("Refuse"))],
        widget=forms.RadioSelect,
    )
    days = forms.IntegerField(label=gettext_lazy("For how many days"), min_value=1, required=False)
    rate_per_hour = forms.IntegerField(
        label=gettext_lazy("Uses an hour"), min_value=1, max_value=1_000_000_000, required=False
    )

    def __init__(self, *args: Any, request: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial |= {"seen": request.status, "rate_per_hour": request.rate_per_hour}
        self.initial["days"] = min(request.days, longest_days(request.dataset.level))
        self.fields["days"].help_text = _("Asked: %(days)s. Less is possible.") % {"days": request.days}
        if len(request.fields) > 1:
            choices = [(path, path) for path in request.fields]
            self.fields["narrower"] = several(
                _("These fields"), choices, _("Untick what is not needed."), required=True
            )
            self.initial["narrower"] = request.fields

    def decision(self) -> dict[str, Any]:
        """Return what the operation is given."""
        given = self.cleaned_data
        narrower = {"days": given["days"], "rate_per_hour": given["rate_per_hour"], "fields": given.get("narrower")}
        return {"outcome": given["outcome"], "reason": given["reason"], **narrower}


class MoreTimeForm(ReasonForm):
    """Until when, and why."""

    field_order = ("days", "reason")
    days = forms.IntegerField(label=gettext_lazy("Days from now"), min_value=1, max_value=3650)

    def __init__(self, *args: Any, level: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        longest = longest_days(level)
        self.initial.setdefault("days", longest)
        self.fields["days"].help_text = _("At most %(days)s for data of this level.") % {"days": longest}


class CampaignForm(Form):
    """What a campaign asks about again, and until when."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    due_on = forms.DateField(
        label=gettext_lazy("Due on"), widget=forms.DateInput(attrs={"type": "date"}),
        help_text=gettext_lazy("Grants that nobody decided on by then are held back."),
    )  # fmt: skip
    levels = several(gettext_lazy("Levels"), Level.choices, gettext_lazy("Nothing ticked: all."))
    platforms = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Platforms"), queryset=Platform.objects.none(), required=False,
        help_text=gettext_lazy("Nothing chosen: all."), widget=forms.SelectMultiple(attrs={"size": 5}),
    )  # fmt: skip
    departments = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Departments, with everything below them"), queryset=Department.objects.none(),
        required=False, help_text=gettext_lazy("Nothing chosen: all."), widget=forms.SelectMultiple(attrs={"size": 6}),
    )  # fmt: skip

    def __init__(self, *args: Any, person: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["platforms"].queryset = Platform.objects.visible_to(person).order_by("name")
        self.fields["departments"].queryset = Department.objects.visible_to(person).order_by("path")

    def values(self) -> dict[str, Any]:
        """Return what was entered."""
        return {name: value for name, value in self.cleaned_data.items() if name != "submission"}


class AnswerForm(ReasonForm):
    """Which grants of a campaign are kept or revoked, and why."""

    field_order = ("items", "everything", "outcome", "reason")
    items = forms.MultipleChoiceField(label=gettext_lazy("Grants"), required=False, widget=forms.CheckboxSelectMultiple)
    everything = forms.BooleanField(label=gettext_lazy("All that are listed here"), required=False)
    outcome = forms.ChoiceField(
        label=gettext_lazy("Your decision"), widget=forms.RadioSelect,
        choices=[("keep", gettext_lazy("Keep")), ("revoke", gettext_lazy("Revoke at once"))],
    )  # fmt: skip

    def __init__(self, *args: Any, items: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.listed = {str(item.pk): item for item in items}
        self.fields["items"].choices = [(key, self._label(item.grant)) for key, item in self.listed.items()]

    @staticmethod
    def _label(grant: Any) -> str:
        words = (grant.subject, grant.dataset.title, grant.dataset.get_level_display(), grant.purpose)
        until = _("until %(day)s") % {"day": date_format(grant.valid_until, "j M Y")}
        return f"{grant.key}: {', '.join(str(word) for word in words if word)}, {until}"

    def clean(self) -> dict[str, Any]:
        """Insist on at least one grant."""
        given = super().clean() or {}
        if not given.get("items") and not given.get("everything") and "items" not in self.errors:
            self.add_error("items", _("Choose at least one grant."))
        return given

    def chosen(self) -> list[Any]:
        """Return the items that the decision is about."""
        if self.cleaned_data["everything"]:
            return list(self.listed.values())
        return [self.listed[key] for key in self.cleaned_data["items"]]
