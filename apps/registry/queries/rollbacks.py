"""Rollbacks that wait for somebody."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from apps.accounts.reach import holds, reach
from apps.kernel import clock
from apps.kernel.permissions import Permission
from apps.registry.models import Rollback, RollbackKind, RollbackState
from apps.registry.permissions.deployments import EMERGENCY_LASTS


def waiting_for_second(person: Any) -> Any:
    """Return the emergencies that a person may confirm: called by somebody else, where they hold the permission."""
    permission = Permission.REGISTRY_DEPLOYMENT_CONFIRM_EMERGENCY
    if not holds(person, permission):
        return Rollback.objects.none()
    rows = Rollback.objects.visible_to(person).filter(
        reach(person, permission, "system__department"), state=RollbackState.WAITING,
        asked_at__gt=clock.now() - EMERGENCY_LASTS,
    )  # fmt: skip
    return rows.exclude(asked_by_id=person.pk).order_by("asked_at")


def waiting_for_review(person: Any) -> Any:
    """Return the rollbacks that a person may review: without a part in them, and not of their own systems."""
    permission = Permission.REGISTRY_DEPLOYMENT_REVIEW
    if not holds(person, permission):
        return Rollback.objects.none()
    rows = Rollback.objects.visible_to(person).filter(
        reach(person, permission, "system__department"), state__in=[RollbackState.ORDERED, RollbackState.OBSERVED]
    )
    own = (
        Q(asked_by_id=person.pk)
        | Q(second_by_id=person.pk)
        | Q(asked_by_service__owner_id=person.pk)
        | Q(system__owner_id=person.pk)
        | Q(system__deputy_id=person.pk)
    )
    # Not `exclude`: a rollback by a service has nobody who asked, and NOT of unknown is unknown.
    rows = rows.exclude(kind=RollbackKind.DRILL)
    return rows.exclude(pk__in=Rollback.objects.filter(own).values("pk")).order_by("asked_at")
