"""Single actions on a system: one page each, with what it does, a form and a button."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.inventory import operations, permissions, queries
from apps.inventory.forms import actions as forms
from apps.inventory.models import AISystem, Authorisation, LegacyPeriod, OperatingStatus, Stage
from apps.inventory.rules_pure.lifecycle import next_transition
from apps.kernel.actors import Actor
from apps.kernel.decision import Allowed, Decision
from apps.kernel.errors import Refused
from apps.kernel.permissions import Permission
from apps.web.offers import Offer, holds_role, may_do
from apps.web.pages import page
from apps.web.responses import redirect_after, render_page

Check = Callable[[Actor, AISystem], Decision]


@dataclass(frozen=True, slots=True)
class Action:
    """What can be done to a system, how it is asked for, and what is said about it."""

    name: str
    label: Any
    text: Any
    operation: Callable[..., Any]
    form: type[Any] = forms.ReasonForm
    message: Any = ""
    danger: bool = False
    check: Check | None = None
    options: Callable[[HttpRequest, AISystem], dict[str, Any]] | None = None
    offered: Callable[[AISystem], bool] = lambda system: True

    def decide(self, actor: Actor, system: AISystem) -> Decision:
        """Ask whether the actor may do it now."""
        return self.check(actor, system) if self.check else may_do(actor, self.operation, system=system)


def _may_step(actor: Actor, system: AISystem) -> Decision:
    """Ask about the nearest step forward, whose reason says most; any open step will do."""
    targets = [target for target, _label in next_stages(system)]
    answers = [may_do(actor, operations.change_stage, system=system, target=target) for target in targets]
    return next(
        (a for a in answers if a), answers[0] if answers else permissions.Denied(_("There is no further step."))
    )


def next_stages(system: AISystem) -> list[tuple[str, Any]]:
    """Return the stages that the policy lets a system of this tier go to, the way forward first."""
    order = list(Stage.values)
    targets = {step.target for step in queries.steps_from(system)} - {Stage.WITHDRAWN, Stage.REJECTED}
    here = order.index(system.stage)
    ordered = sorted(targets, key=lambda target: (order.index(target) < here, order.index(target)))
    return [(target, Stage(target).label) for target in ordered]


def nearest_stage(actor: Actor, system: AISystem) -> str:
    """Return the step forward that may be taken now, else the one that a system of this tier takes next."""
    order = list(Stage.values)
    forward = [t for t, _label in next_stages(system) if order.index(t) > order.index(system.stage)]
    allowed = [t for t in forward if may_do(actor, operations.change_stage, system=system, target=t)]
    step = next_transition(system.stage, system.effective_tier)
    return next(iter(allowed), str(step.target) if step else "")


def _person(request: HttpRequest, _system: AISystem) -> dict[str, Any]:
    return {"person": request.user}


def _restrict_check(actor: Actor, system: AISystem) -> Decision:
    return may_do(actor, operations.mark_restricted, system=system)


def _merge_check(actor: Actor, system: AISystem) -> Decision:
    role = may_do(actor, operations.mark_restricted, system=system)
    if not role or system.merged_into_id:
        return role if not role else permissions.Denied(_("This record was merged already."))
    if system.stage in (Stage.PILOT, Stage.PRODUCTION, Stage.RETIRING):
        return permissions.Denied(_("This system is in use: merge the other one into it."))
    return Allowed()


ACTIONS = (
    Action(
        "stage", gettext_lazy("Change the stage"),
        gettext_lazy("A step through a gate uses the gate's decision; the ledger keeps which one."),
        operations.change_stage, forms.StageForm, gettext_lazy("The stage has changed."), check=_may_step,
        options=lambda request, system: {"targets": next_stages(system)},
    ),
    Action(
        "suspend", gettext_lazy("Suspend"),
        gettext_lazy("Stops the system at once. It resumes only after a review by somebody else (gate G5)."),
        operations.suspend, forms.ReasonForm, gettext_lazy("The system is suspended."), danger=True,
        offered=lambda system: system.operating_status != OperatingStatus.SUSPENDED,
    ),
    Action(
        "resume", gettext_lazy("Resume"), gettext_lazy("Uses the review that allows it."),
        operations.resume, forms.RemarkForm, gettext_lazy("The system may run again."),
        offered=lambda system: system.operating_status == OperatingStatus.SUSPENDED,
    ),
    Action(
        "observe", gettext_lazy("Report whether it runs"),
        gettext_lazy("Say what is true, also when it is not authorised to run: that is a finding, not a secret."),
        operations.report_operating_status, forms.ObservationForm, gettext_lazy("Written down."),
    ),
    Action(
        "people", gettext_lazy("Hand over"),
        gettext_lazy("Name another owner, deputy or sponsor. A new owner gets the role it takes."),
        operations.change_people, forms.PeopleForm, gettext_lazy("Handed over."),
    ),
    Action(
        "withdraw", gettext_lazy("Withdraw"),
        gettext_lazy("Ends a system that is not in use yet. The record stays."),
        operations.withdraw_system, forms.ReasonForm, gettext_lazy("The system is withdrawn."), danger=True,
        offered=lambda system: system.stage in (Stage.PROPOSED, Stage.DESIGN, Stage.BUILD),
    ),
    Action(
        "restrict", gettext_lazy("Restrict who sees it"),
        gettext_lazy("A restricted system is seen by its people and those named, and by the governance lead and audit."),
        operations.mark_restricted, forms.RestrictionForm, gettext_lazy("Saved."), check=_restrict_check,
    ),
    Action(
        "access", gettext_lazy("Let somebody see it"), gettext_lazy("For one person and this system only."),
        operations.grant_system_access, forms.AccessForm, gettext_lazy("Access granted."), check=_restrict_check,
        offered=lambda system: system.restricted,
    ),
    Action(
        "legacy", gettext_lazy("Sign a legacy period"),
        gettext_lazy("It ran before it was governed. Two people outside its line let it go on until a day; nothing is approved."),
        operations.sign_legacy, forms.LegacyForm, gettext_lazy("Signed. A second person countersigns."),
        offered=lambda system: system.operating_status == OperatingStatus.RUNNING
        and system.stage in (Stage.PROPOSED, Stage.DESIGN, Stage.BUILD),
    ),
    Action(
        "merge", gettext_lazy("Merge into another"),
        gettext_lazy("For a system recorded twice. Both keys stay reachable; sources and use cases move."),
        operations.merge_systems, forms.MergeForm, gettext_lazy("Merged."), danger=True, check=_merge_check,
        options=_person,
    ),
)  # fmt: skip


def offers_for(request: HttpRequest, system: AISystem) -> list[Offer]:
    """Return the buttons of a system's page."""
    found = []
    editing = may_do(request.actor, operations.edit_system, system=system)
    if editing:
        found.append(Offer(_("Edit the record"), reverse("inventory:system_edit", args=[system.key]), editing))
    mine = system.is_responsible(request.actor.id)
    for action in ACTIONS:
        if system.merged_into_id or not action.offered(system):
            continue
        decision = action.decide(request.actor, system)
        telling = mine and action.name in ("stage", "resume", "suspend")
        if decision or (telling and holds_role(request.actor, action.operation, system)):
            url = reverse(f"inventory:system_{action.name}", args=[system.key])
            offer = Offer(action.label, url, decision, danger=action.danger)
            found += _stage_offers(request.actor, system, offer) if action.name == "stage" else [offer]
    return found


def _stage_offers(actor: Actor, system: AISystem, any_step: Offer) -> list[Offer]:
    """Name the step forward with its own answer; where only another step is open, offer that beside it."""
    target = nearest_stage(actor, system)
    if not target:
        return [replace(any_step, primary=True)]
    label = _("Move to %(stage)s") % {"stage": Stage(target).label}
    decision = may_do(actor, operations.change_stage, system=system, target=target)
    forward = Offer(label, f"{any_step.url}?target={target}", decision, primary=True)
    return [forward, replace(any_step, label=_("Another stage"))] if any_step.decision and not decision else [forward]


def _view(action: Action) -> Callable[..., HttpResponse]:
    @page(permission=action.operation.operation.needs)  # type: ignore[attr-defined]
    def view(request: HttpRequest, key: str) -> HttpResponse:
        system = get_object_or_404(AISystem.objects.visible_to(request.user), key=key)
        decision = action.decide(request.actor, system)
        if not decision:
            raise Refused(decision)
        options = action.options(request, system) if action.options else {}
        initial = {"target": request.GET.get("target")} if action.name == "stage" else {}
        form = action.form(request.POST if request.method == "POST" else None, initial=initial, **options)
        if request.method == "POST" and form.is_valid():
            with form.problems():
                _carry_out(request, action, system, form)
                return redirect_after(request, "inventory:system", action.message, key=system.key)
        back = reverse("inventory:system", args=[system.key])
        context = {"form": form, "system": system, "title": action.label, "text": action.text, "back": back}
        context |= {"danger": action.danger, "label": _("Move") if action.name == "stage" else action.label}
        return render_page(request, "inventory/action_form.html", context, status=form.status)

    view.__name__ = f"system_{action.name}"
    return view


def _carry_out(request: HttpRequest, action: Action, system: AISystem, form: Any) -> None:
    values = {name: value for name, value in form.cleaned_data.items() if name != "submission"}
    subject = "duplicate" if action.name == "merge" else "system"
    action.operation(actor=request.actor, request_key=form.request_key, **{subject: system}, **values)


def addresses() -> list[URLPattern]:
    """Return the addresses of the actions."""
    return [path(f"systems/<str:key>/{a.name}/", _view(a), name=f"system_{a.name}") for a in ACTIONS]


@page(permission=Permission.INVENTORY_AUTHORISATION_REVOKE)
def revoke(request: HttpRequest, key: str) -> HttpResponse:
    """Revoke an authorisation."""
    found = get_object_or_404(Authorisation.objects.visible_to(request.user).select_related("system"), key=key)
    decision = may_do(request.actor, operations.revoke_authorisation, authorisation=found)
    if not decision:
        raise Refused(decision)
    form = forms.ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with form.problems():
            operations.revoke_authorisation(
                actor=request.actor,
                authorisation=found,
                reason=form.cleaned_data["reason"],
                request_key=form.request_key,
            )
            return redirect_after(request, "inventory:system", _("Revoked."), key=found.system.key)
    context = {"form": form, "system": found.system, "title": _("Revoke %(key)s") % {"key": found.key}, "danger": True}
    context |= {"text": _("What rests on it ends now: no step, and no use in the catalogue."), "label": _("Revoke")}
    context |= {"back": reverse("inventory:system", args=[found.system.key])}
    return render_page(request, "inventory/action_form.html", context, status=form.status)


@page(permission=Permission.GATES_DECISION_ACCEPT_RISK)
def countersign(request: HttpRequest, pk: Any) -> HttpResponse:
    """Countersign a legacy period."""
    period = get_object_or_404(LegacyPeriod.objects.visible_to(request.user).select_related("system"), pk=pk)
    decision = may_do(request.actor, operations.grant_legacy, period=period)
    if not decision:
        raise Refused(decision)
    form = forms.RemarkForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with form.problems():
            operations.grant_legacy(
                actor=request.actor, period=period, reason=form.cleaned_data["reason"], request_key=form.request_key
            )
            return redirect_after(request, "inventory:system", _("Countersigned."), key=period.system.key)
    text = _("%(name)s signed until %(until)s, with these interim controls: %(controls)s") % {
        "name": period.signed_by, "until": period.until.isoformat(), "controls": period.interim_controls,
    }  # fmt: skip
    context = {"form": form, "system": period.system, "title": _("Countersign the legacy period"), "text": text}
    context |= {"label": _("Countersign"), "back": reverse("inventory:system", args=[period.system.key])}
    return render_page(request, "inventory/action_form.html", context, status=form.status)
