"""The page of a system, and the forms that register and edit its record."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.accounts.models import Department
from apps.accounts.reach import reach
from apps.inventory import operations, permissions, queries
from apps.inventory.forms.systems import RegisterForm, SystemForm
from apps.inventory.models import AISystem, ApprovedUse, Stage
from apps.inventory.operations.systems import EDITABLE
from apps.inventory.rules_pure.completeness import missing_facts
from apps.inventory.tables import AUTHORISATION_LABELS, OPERATING_TONES, tier_tone
from apps.kernel.errors import Conflict, Refused
from apps.kernel.panels import panels_for
from apps.kernel.permissions import Permission
from apps.web.conflicts import in_conflict
from apps.web.offers import may_do
from apps.web.pages import page
from apps.web.responses import redirect_after, render_page

from .actions import offers_for

TRACK = (Stage.PROPOSED, Stage.DESIGN, Stage.BUILD, Stage.PILOT, Stage.PRODUCTION, Stage.RETIRING, Stage.RETIRED)
TABS = ("overview", "record", "parts", "authorisations", "uses")
LABELS = {
    "overview": "Overview",
    "record": "Record",
    "parts": "Parts",
    "authorisations": "Authorisations",
    "uses": "Uses",
}


def find_system(request: HttpRequest, key: str) -> AISystem:
    """Return a system that the person may see, or answer that there is none."""
    return get_object_or_404(
        AISystem.objects.visible_to(request.user).select_related(
            "department", "owner", "deputy", "sponsor", "legal_entity", "vendor", "merged_into"
        ),
        key=key,
    )


@page(permission=None, methods=("GET",))
def system(request: HttpRequest, key: str) -> HttpResponse:
    """Show a system: five facts, three states, what blocks it, and everything on record."""
    found = find_system(request, key)
    if found.merged_into_id and "stay" not in request.GET:
        standing = queries.resolve_merged(found)
        if AISystem.objects.visible_to(request.user).filter(pk=standing.pk).exists():
            return redirect("inventory:system", key=standing.key)
    tab = request.GET.get("tab", "overview")
    tab = tab if tab in TABS else "overview"
    context = {"system": found, "tab": tab, "tabs": _tabs(found, tab), **_states(found)}
    context |= {"offers": offers_for(request, found), "missing": missing_facts(found)}
    context |= {"panels": _panels(request, found)} if tab == "overview" else _TAB_CONTEXT[tab](request, found)
    return render_page(request, "inventory/system_detail.html", context)


def _tabs(found: AISystem, current: str) -> list[dict[str, Any]]:
    url = reverse("inventory:system", args=[found.key])
    return [
        {
            "label": _(LABELS[name]),
            "url": url if name == "overview" else f"{url}?tab={name}",
            "current": name == current,
        }
        for name in TABS
    ]


def _states(found: AISystem) -> dict[str, Any]:
    authorisation = queries.standing_authorisation(found)
    state = authorisation.status()[0] if authorisation else "none"
    if authorisation and authorisation.kind == "legacy" and state == "valid":
        state = "legacy"
    label, tone = AUTHORISATION_LABELS.get(state, AUTHORISATION_LABELS["none"])
    stale = queries.changed_labels(found, authorisation.material_revision) if state == "stale" and authorisation else []
    classes = [use_case for use_case in found.use_cases.all() if use_case.legal_class]
    return {
        "authorisation": authorisation,
        "authorisation_label": label,
        "authorisation_tone": tone,
        "stale_fields": stale,
        "tier_tone": tier_tone(found),
        "operating_tone": OPERATING_TONES.get(found.operating_status, "neutral"),
        "steps": _steps(found.stage),
        "legal_classes": list(dict.fromkeys(str(use_case.get_legal_class_display()) for use_case in classes)),
    }


def _steps(stage: str) -> list[dict[str, str]]:
    if stage not in TRACK:
        return [
            {"label": str(Stage.PROPOSED.label), "state": "done"},
            {"label": str(Stage(stage).label), "state": "current"},
        ]
    place = TRACK.index(Stage(stage))
    states = ["done" if i < place else "current" if i == place else "next" for i in range(len(TRACK))]
    return [{"label": str(step.label), "state": state} for step, state in zip(TRACK, states, strict=True)]


def _panels(request: HttpRequest, found: AISystem) -> list[tuple[Any, dict[str, Any]]]:
    shown = [(panel, panel.context(request, found)) for panel in panels_for("inventory.system")]
    return [(panel, context) for panel, context in shown if context is not None]


def _record(request: HttpRequest, found: AISystem) -> dict[str, Any]:
    """Return the record in the sections of its form, as text."""
    form = SystemForm(initial=_initial(found))
    sections = []
    for title, _intro, fields in form.grouped():
        rows = [(bound.label, _shown(found, bound.name)) for bound in fields if bound.name not in ("name", "summary")]
        sections.append((title, rows))
    return {"sections": sections}


def _shown(found: AISystem, name: str) -> Any:
    display = getattr(found, f"get_{name}_display", None)
    value = display() if callable(display) and name != "data_classes" else getattr(found, name)
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, dict):
        return ", ".join(f"{key}: {item}" for key, item in value.items())
    if isinstance(value, list):
        choices = dict(AISystem._meta.get_field("data_classes").base_field.choices)
        return ", ".join(str(choices.get(item, item)) for item in value)
    return value


def _parts(request: HttpRequest, found: AISystem) -> dict[str, Any]:
    visible = AISystem.objects.visible_to(request.user)
    seen = set(visible.filter(dependants__system=found).values_list("pk", flat=True))
    return {
        "components": found.components.select_related("vendor"),
        "dependencies": [(d, d.on_system_id in seen) for d in found.dependencies.select_related("on_system")],
        "dependants": visible.filter(dependencies__on_system=found).distinct(),
        "may_edit": may_do(request.actor, operations.add_component, system=found),
        "facts": found.reported_facts.order_by("source", "name"),
        "identities": found.source_identities.all(),
    }


def _authorisations(request: HttpRequest, found: AISystem) -> dict[str, Any]:
    rows = []
    for authorisation in found.authorisations.select_related("signed_by", "countersigned_by")[:50]:
        state, label = authorisation.status()
        changed = queries.changed_since(found, authorisation.material_revision) if state == "stale" else []
        revoke = may_do(request.actor, operations.revoke_authorisation, authorisation=authorisation)
        rows.append({"row": authorisation, "state": state, "label": label, "changed": changed, "may_revoke": revoke})
    periods = found.legacy_periods.filter(countersigned_by=None).select_related("signed_by")
    waiting = [(period, may_do(request.actor, operations.grant_legacy, period=period)) for period in periods]
    return {"rows": rows, "waiting": waiting}


def _uses(request: HttpRequest, found: AISystem) -> dict[str, Any]:
    from apps.inventory.models import UseCase

    uses = ApprovedUse.objects.filter(system=found).select_related("authorisation").prefetch_related("departments")
    return {
        "use_cases": UseCase.objects.visible_to(request.user).filter(systems=found),
        "uses": [(use, may_do(request.actor, operations.withdraw_use, approved_use=use)) for use in uses],
        "may_propose": may_do(request.actor, operations.propose_use_of, system=found),
        "may_edit": permissions.may_edit(actor=request.actor, system=found),
    }


_TAB_CONTEXT = {"record": _record, "parts": _parts, "authorisations": _authorisations, "uses": _uses}


@page(permission=Permission.INVENTORY_SYSTEM_REGISTER)
def register(request: HttpRequest) -> HttpResponse:
    """Register a system."""
    departments = Department.objects.filter(reach(request.user, Permission.INVENTORY_SYSTEM_REGISTER, "pk"))
    initial = {"department": request.user.department_id, "currency": "EUR"}
    form = RegisterForm(request.POST if request.method == "POST" else None, initial=initial, departments=departments)
    if request.method == "POST" and form.is_valid():
        with form.problems():
            cleaned = form.cleaned_data
            made = operations.register_system(
                actor=request.actor,
                department=cleaned["department"],
                owner=cleaned["owner"] or request.user,
                sponsor=cleaned["sponsor"],
                proposer=request.user,
                request_key=form.request_key,
                **form.changes(),
            )
            return redirect_after(
                request, "inventory:system", _("%(key)s is on record.") % {"key": made.key}, key=made.key
            )
    return render_page(request, "inventory/system_form.html", {"form": form}, status=form.status)


@page(permission=Permission.INVENTORY_SYSTEM_EDIT)
def edit(request: HttpRequest, key: str) -> HttpResponse:
    """Edit the record of a system; two people at once see both versions."""
    found = find_system(request, key)
    decision = may_do(request.actor, operations.edit_system, system=found)
    if not decision:
        raise Refused(decision)
    form = SystemForm(request.POST if request.method == "POST" else None, initial=_initial(found))
    differences: list[tuple[Any, Any, Any]] = []
    if request.method == "POST" and form.is_valid():
        with form.problems():
            operations.edit_system(
                actor=request.actor,
                system=found,
                changes=_changed(found, form.changes()),
                version=form.cleaned_data["version"],
                request_key=form.request_key,
            )
            return redirect_after(request, "inventory:system", _("Saved."), key=found.key)
        if isinstance(form.failed, Conflict):
            form, differences = in_conflict(request, form)
    context = {"form": form, "system": found, "differences": differences}
    return render_page(request, "inventory/system_form.html", context, status=409 if differences else form.status)


def _initial(found: AISystem) -> dict[str, Any]:
    return {name: getattr(found, name) for name in EDITABLE} | {"version": found.version}


def _changed(found: AISystem, entered: dict[str, Any]) -> dict[str, Any]:
    """Keep what differs from the record, so that the ledger names what was really changed."""
    return {name: value for name, value in entered.items() if getattr(found, name) != value}
