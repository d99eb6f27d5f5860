"""Forms about access to models: asking, deciding, more time."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.catalog.models import Category, FailMode, Level
from apps.inventory.forms.actions import ReasonForm
from apps.inventory.forms.fields import LinesField, long_text, several
from apps.registry.models import AIModel, BudgetPeriod, Environment, Modality
from apps.registry.queries.access import services_of, systems_of, terms_in_force, usable_versions, uses_to_name
from apps.registry.rules_pure.access_policy import longest_days
from apps.web.forms import Form

USUAL_DAYS = 90
WINDOWS = [(1, gettext_lazy("a second")), (60, gettext_lazy("a minute")), (3600, gettext_lazy("an hour")),
           (86_400, gettext_lazy("a day"))]  # fmt: skip
SECTIONS = (
    (gettext_lazy("Who, and what for"), ("subject", "use_case", "purpose_details", "purpose")),
    (gettext_lazy("What, and where"), ("which", "environment", "region", "days")),
    (gettext_lazy("What goes in"), ("data_level", "data_categories", "modalities")),
    (gettext_lazy("Bounds of a call"), ("max_tokens", "max_temperature", "tools", "any_tool")),
    (
        gettext_lazy("How often, for how much"),
        ("rate_limit", "rate_window", "budget", "budget_period", "currency", "fail_mode"),
    ),
)


class BeginForm(Form):
    """Which model somebody wants to ask for."""

    ai_model = forms.ModelChoiceField(
        label=gettext_lazy("Which model?"), queryset=AIModel.objects.none(), to_field_name="key"
    )

    def __init__(self, *args: Any, person: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ai_model"].queryset = AIModel.objects.visible_to(person).order_by("name", "key")


class AskModelForm(Form):
    """What somebody asks for: for whom and what, which model where, within which bounds, how long."""

    subject = forms.ChoiceField(label=gettext_lazy("Who calls it?"), widget=forms.RadioSelect)
    use_case = forms.ChoiceField(label=gettext_lazy("For which use case?"))
    purpose_details = long_text(
        gettext_lazy("What is it for?"),
        gettext_lazy("The model's owner reads this. It is kept in the ledger."),
        required=True,
    )
    purpose = forms.CharField(
        label=gettext_lazy("Short name of the purpose"), max_length=60,
        help_text=gettext_lazy("In small letters, for example claims-handling."),
    )  # fmt: skip
    which = forms.ChoiceField(label=gettext_lazy("Which of its versions?"), required=False)
    environment = forms.ChoiceField(
        label=gettext_lazy("Where?"), choices=Environment.choices, widget=forms.RadioSelect,
        help_text=gettext_lazy("A system needs its gate's approval for pilot and production."),
    )  # fmt: skip
    region = forms.CharField(label=gettext_lazy("Region"), max_length=40, required=False)
    days = forms.IntegerField(label=gettext_lazy("For how many days?"), min_value=1, max_value=3650)
    data_level = forms.ChoiceField(label=gettext_lazy("Input at most"), choices=Level.choices, initial=Level.INTERNAL)
    data_categories = several(
        gettext_lazy("Input about"), Category.choices, gettext_lazy("Nothing ticked: about no person, no money.")
    )
    modalities = several(gettext_lazy("In and out"), Modality.choices, required=True)
    max_tokens = forms.IntegerField(
        label=gettext_lazy("Most output tokens a call"), min_value=1, max_value=10_000_000, required=False,
        help_text=gettext_lazy("T1 and T2 need a bound."),
    )  # fmt: skip
    max_temperature = forms.DecimalField(
        label=gettext_lazy("Highest temperature"),
        min_value=0,
        max_value=2,
        max_digits=4,
        decimal_places=2,
        required=False,
    )
    tools = LinesField(
        label=gettext_lazy("Tools it may use"),
        required=False,
        help_text=gettext_lazy("One on each line. None: no tool."),
    )
    any_tool = forms.BooleanField(label=gettext_lazy("Any tool"), required=False)
    rate_limit = forms.IntegerField(
        label=gettext_lazy("Calls at most"), min_value=1, max_value=1_000_000_000, required=False,
        help_text=gettext_lazy("T1 and T2 need a bound."),
    )  # fmt: skip
    rate_window = forms.TypedChoiceField(label=gettext_lazy("Calls in"), choices=WINDOWS, coerce=int, initial=60)
    budget = forms.DecimalField(
        label=gettext_lazy("Budget"), min_value=0, max_digits=14, decimal_places=4, required=False,
        help_text=gettext_lazy("T1 and T2 need one."),
    )  # fmt: skip
    budget_period = forms.ChoiceField(
        label=gettext_lazy("Budget for"), choices=BudgetPeriod.choices, initial=BudgetPeriod.MONTH
    )
    currency = forms.CharField(label=gettext_lazy("Currency"), min_length=3, max_length=3, initial="EUR")
    fail_mode = forms.ChoiceField(
        label=gettext_lazy("While the portal cannot be asked"), required=False,
        choices=[("", gettext_lazy("As is usual for the tier")), *FailMode.choices],
        help_text=gettext_lazy("Usual: closed for T1 and T2, last known for T3 and T4."),
    )  # fmt: skip

    def __init__(self, *args: Any, ai_model: AIModel, person: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        systems, services = list(systems_of(person)), list(services_of(person))
        self.subjects = {"me": person} | {f"system:{one.key}": one for one in systems}
        self.subjects |= {f"service:{one.pk}": one for one in services}
        named = [(f"service:{one.pk}", _("Service identity %(name)s") % {"name": one.name}) for one in services]
        own = [(f"system:{one.key}", str(one)) for one in systems]
        self.fields["subject"].choices = [("me", _("Myself")), *own, *named]
        self.initial.setdefault("subject", "me")
        self.uses = {one.key: one for one in uses_to_name(person)}
        self.fields["use_case"].choices = [("", _("Choose"))] + [
            (key, f"{one} ({one.effective_tier})") for key, one in self.uses.items()
        ]
        self._versions(ai_model)
        self._explain(ai_model)

    def _versions(self, ai_model: AIModel) -> None:
        self.versions = {one.key: one for one in usable_versions(ai_model)}
        aliases = ai_model.aliases.standing().select_related("model_version").order_by("name")
        pointing = [
            (f"alias:{one.name}", _("Where “%(alias)s” points, now %(version)s") % {
                "alias": one.name, "version": one.model_version.name})
            for one in aliases
        ]  # fmt: skip
        fixed = [
            (f"version:{key}", _("Only %(version)s") % {"version": one.name}) for key, one in self.versions.items()
        ]
        self.fields["which"].choices = [("", _("Every version that is not retired")), *pointing, *fixed]

    def _explain(self, ai_model: AIModel) -> None:
        given = terms_in_force(ai_model)
        regions = ", ".join(given.regions) if given else ""
        known = _("The terms name %(regions)s. Nothing: wherever it runs.") % {"regions": regions} if regions else ""
        self.fields["region"].help_text = known or _("For example EU. Nothing: wherever it runs.")
        days = {tier: longest_days(tier) for tier in ("T1", "T2", "T3")}
        self.fields["days"].help_text = _("At most %(T1)s for T1, %(T2)s for T2, %(T3)s for T3 and T4.") % days
        self.initial.setdefault("days", USUAL_DAYS)
        self.initial.setdefault("modalities", ["text"])
        self.initial.setdefault("environment", Environment.DEVELOPMENT)

    def sections(self) -> list[tuple[Any, list[Any]]]:
        """Return the fields in the order in which people think of them."""
        return [(title, [self[name] for name in names]) for title, names in SECTIONS]

    def request(self) -> dict[str, Any]:
        """Return what the operation is asked with."""
        given = {name: value for name, value in self.cleaned_data.items() if name not in ("submission", "which")}
        kind, _separator, name = self.cleaned_data["which"].partition(":")
        given["alias"] = name if kind == "alias" else ""
        given["model_version"] = self.versions.get(name) if kind == "version" else None
        given["subject"] = self.subjects[given["subject"]]
        given["use_case"] = self.uses[given["use_case"]]
        given["fail_mode"] = given["fail_mode"] or None
        return given


class DecideModelForm(ReasonForm):
    """Approve, narrower where that is enough, or refuse."""

    field_order = ("seen", "outcome", "reason", "days", "max_tokens", "rate_limit", "budget", "fail_mode")
    seen = forms.ChoiceField(choices=[("waiting", ""), ("second", "")], widget=forms.HiddenInput)
    outcome = forms.ChoiceField(
        label=gettext_lazy("Your decision"),
        choices=[("approve", gettext_lazy("Approve")), ("refuse", gettext_lazy("Refuse"))],
        widget=forms.RadioSelect,
    )
    days = forms.IntegerField(label=gettext_lazy("For how many days"), min_value=1, required=False)
    max_tokens = forms.IntegerField(
        label=gettext_lazy("Most output tokens a call"), min_value=1, max_value=10_000_000, required=False
    )
    rate_limit = forms.IntegerField(
        label=gettext_lazy("Calls at most"), min_value=1, max_value=1_000_000_000, required=False
    )
    budget = forms.DecimalField(
        label=gettext_lazy("Budget"), min_value=0, max_digits=14, decimal_places=4, required=False
    )

    def __init__(self, *args: Any, request: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial |= {name: getattr(request, name) for name in ("days", "max_tokens", "rate_limit", "budget")}
        self.initial["seen"] = request.status
        self.initial["days"] = min(request.days, longest_days(request.use_case.effective_tier))
        self.fields["days"].help_text = _("Asked: %(days)s. Less is possible.") % {"days": request.days}
        window = dict(WINDOWS).get(request.rate_window) or _("%(number)s seconds") % {"number": request.rate_window}
        self.fields["rate_limit"].help_text = _("In %(window)s.") % {"window": window}
        period = f"{request.currency}, {request.get_budget_period_display()}"
        self.fields["budget"].help_text = period
        if request.fail_mode == FailMode.LAST_KNOWN:
            self.fields["fail_mode"] = forms.ChoiceField(
                label=_("While the portal cannot be asked"), choices=[("", _("As asked")), *FailMode.choices],
                required=False,
                help_text=_("For T1 and T2 only the second decision can say “last known”."),
            )  # fmt: skip

    def decision(self) -> dict[str, Any]:
        """Return what the operation is given."""
        given = self.cleaned_data
        narrower = {name: given[name] for name in ("days", "max_tokens", "rate_limit", "budget")}
        return {
            "approve": given["outcome"] == "approve",
            "reason": given["reason"],
            "second": given["seen"] == "second",
            "fail_mode": given.get("fail_mode") or None,
            **narrower,
        }


class MoreTimeForm(ReasonForm):
    """For how many days more, and why."""

    field_order = ("days", "reason")
    days = forms.IntegerField(label=gettext_lazy("Days from the decision on"), min_value=1, max_value=3650)

    def __init__(self, *args: Any, tier: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        longest = longest_days(tier)
        self.initial.setdefault("days", longest)
        self.fields["days"].help_text = _("At most %(days)s for a use case of this tier.") % {"days": longest}
