"""Numbers across rooms, each with the list it opens. All are narrowed by what the person may see."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlencode

from django.apps import apps
from django.db.models import Count, Exists, OuterRef
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from apps.compliance.models import Finding, FindingStatus
from apps.inventory.filters import with_authorisation_state
from apps.inventory.models import AISystem, Authorisation, OperatingStatus, Stage, Tier, UseCase
from apps.kernel import clock
from apps.web.numbers import Number

Row = tuple[str, int, str]


def address(name: str, **query: str) -> str:
    """Return the address of a list narrowed by the query, or nothing where the room is not there."""
    try:
        return reverse(name) + (f"?{urlencode(query)}" if query else "")
    except NoReverseMatch:
        return ""


def in_force() -> Any:
    """Return the condition that an authorisation to operate holds now."""
    running = [Stage.PILOT, Stage.PRODUCTION]
    return Exists(Authorisation.objects.valid().filter(system_id=OuterRef("pk"), environment__in=running))


def _grouped(queryset: Any, field: str, choices: Iterable[tuple[str, Any]], url: Callable[[str], str]) -> list[Row]:
    counted = dict(queryset.order_by().values_list(field).annotate(number=Count("pk")))
    return [(str(label), counted.get(value, 0), url(value)) for value, label in choices]


def by_stage(person: Any) -> list[Row]:
    """Count visible systems by stage."""
    systems = AISystem.objects.visible_to(person)
    return _grouped(systems, "stage", Stage.choices, lambda value: address("inventory:systems", stage=value))


def by_tier(person: Any) -> list[Row]:
    """Count visible current systems by tier; those without are counted apart."""
    systems = AISystem.objects.visible_to(person).current()
    choices = [*Tier.choices, ("", _("Not assessed yet"))]
    return _grouped(systems, "tier", choices, lambda value: address("inventory:systems", tier=value or "none"))


def by_authorisation(person: Any) -> list[Row]:
    """Count visible running systems by whether anything authorises them."""
    running = AISystem.objects.visible_to(person).filter(operating_status=OperatingStatus.RUNNING)
    states = with_authorisation_state(running).order_by().values_list("authorisation_state")
    counted = dict(states.annotate(number=Count("pk")))
    valid, legacy = counted.pop("valid", 0), counted.pop("legacy", 0)
    without = sum(counted.values())
    return [
        (
            _("Authorised"),
            valid,
            address("inventory:systems", operating_status="running", authorisation="valid"),
        ),
        (
            _("Legacy"),
            legacy,
            address("inventory:systems", operating_status="running", authorisation="legacy"),
        ),
        (_("Not authorised"), without, address("compliance:findings", rule_id="INV-002")),
    ]


def by_department(person: Any, most: int = 12) -> list[Row]:
    """Count visible current systems by department, the largest first."""
    counted = (
        AISystem.objects.visible_to(person)
        .current()
        .order_by()
        .values_list("department_id", "department__name")
        .annotate(number=Count("pk"))
        .order_by("-number", "department__name")[:most]
    )
    return [(name, number, address("inventory:systems", department=str(pk))) for pk, name, number in counted]


def by_severity(person: Any) -> list[Row]:
    """Count visible standing findings by severity."""
    standing = Finding.objects.visible_to(person).filter(status__in=[FindingStatus.OPEN, FindingStatus.ACKNOWLEDGED])
    counted = dict(standing.order_by().values_list("severity").annotate(number=Count("pk")))
    order = (("critical", _("Critical")), ("high", _("High")), ("moderate", _("Moderate")), ("low", _("Low")))
    return [
        (label, counted.get(value, 0), address("compliance:findings", severity=value, status="open"))
        for value, label in order
    ]


def headline(person: Any) -> list[Number]:
    """Return the numbers that somebody who steers the portfolio looks at first."""
    systems = AISystem.objects.visible_to(person)
    findings = Finding.objects.visible_to(person).filter(status__in=[FindingStatus.OPEN, FindingStatus.ACKNOWLEDGED])
    unauthorised = by_authorisation(person)[2]
    return [
        Number(_("Current systems"), systems.current().count(), address("inventory:systems")),
        Number(_("Use cases"), UseCase.objects.visible_to(person).count(), address("inventory:use_cases")),
        Number(_("In production"), systems.filter(stage=Stage.PRODUCTION).count(), address("inventory:systems", stage="production")),
        Number(_("Running unauthorised"), unauthorised[1], unauthorised[2], alarming=True),
        Number(_("Open findings"), findings.count(), address("compliance:findings", status="open")),
        Number(
            _("Overdue findings"), findings.filter(due_at__lt=clock.now()).count(), address("compliance:findings", due="overdue"),
            alarming=True,
        ),
    ]  # fmt: skip


def own_systems(person: Any) -> list[dict[str, Any]]:
    """Return the systems a person answers for, with what authorises them and how many findings stand."""
    systems = list(AISystem.objects.filter(owner=person).current().annotate(ok=in_force()).order_by("key")[:50])
    standing = Finding.objects.standing().filter(
        subject_type="inventory.system", subject_id__in=[str(s.pk) for s in systems]
    )
    counted = dict(standing.order_by().values_list("subject_id").annotate(number=Count("pk")))
    return [{"system": system, "findings": counted.get(str(system.pk), 0)} for system in systems]


def waiting_reviews(person: Any) -> list[Any]:
    """Return the reviews that wait, the oldest first, where the gates room is there."""
    if not apps.is_installed("apps.gates"):
        return []
    model = apps.get_model("gates", "Review")
    return list(
        model.objects.visible_to(person).filter(state="waiting").select_related("system").order_by("submitted_at")[:20]
    )
