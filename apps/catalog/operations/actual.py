"""What platforms really allow: readings of their permissions, and who stands behind their logins."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from apps.accounts.models import Person, ServiceIdentity
from apps.audit.operation import operation
from apps.catalog import permissions
from apps.catalog.events import Event
from apps.catalog.models import ActualPermission, Dataset, PermissionSnapshot, Platform, PlatformPrincipal
from apps.inventory.models import AISystem
from apps.inventory.operations.checks import check_words
from apps.kernel import clock
from apps.kernel.actors import Actor
from apps.kernel.deferral import defer
from apps.kernel.errors import Invalid

# A platform's clock may be that much before ours.
AHEAD = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, order=True)
class PermissionSeen:
    """One permission as a platform gives it; no fields means the whole object."""

    principal: str
    object_name: str
    privileges: tuple[str, ...]
    fields: tuple[str, ...] = ()
    through: str = ""


@operation(Event.PERMISSIONS_READ, needs=None, subject="platform", may=permissions.may_observe)
def take_snapshot(
    *,
    actor: Actor,
    platform: Platform,
    source: str,
    seen: Sequence[PermissionSeen],
    store: dict[str, Any] | None = None,
    taken_at: datetime | None = None,
) -> PermissionSnapshot:
    """Keep a reading; the same as the standing one changes nothing, an older one is refused."""
    ordered, store = sorted(set(seen)), store or {}
    moment = taken_at or clock.now()
    if moment > clock.now() + AHEAD:
        # It would count as the newest until then, and every reading in between would be refused.
        raise Invalid(_("This reading lies ahead: it was taken at %(at)s.") % {"at": moment.isoformat()})
    standing = PermissionSnapshot.objects.filter(platform=platform, current=True).first()
    if standing is not None and moment < standing.taken_at:
        raise Invalid(_("A newer reading is on record: of %(at)s.") % {"at": standing.taken_at.isoformat()})
    text = json.dumps([[list(_plain(one)) for one in ordered], store], sort_keys=True)
    digest = hashlib.sha256(text.encode()).hexdigest()
    if standing is not None and standing.digest == digest:
        return standing
    if standing is not None:
        standing.current = False
        standing.save(update_fields=["current"])
    made = PermissionSnapshot.objects.create(
        platform=platform, taken_at=moment, source=source, digest=digest, store=store
    )
    _keep(made, ordered)
    _look_again(platform)
    return made


@operation(Event.PRINCIPAL_NAMED, needs=None, subject="platform", may=permissions.may_edit_platform)
def name_principal(
    *,
    actor: Actor,
    platform: Platform,
    principal: str,
    person: Person | None = None,
    system: AISystem | None = None,
    service: ServiceIdentity | None = None,
    administrative: bool = False,
    reason: str = "",
) -> PlatformPrincipal:
    """Say who stands behind a login: exactly one of them, or nobody but the platform's own administration."""
    principal = principal.strip()
    check_words({"principal": principal, "reason": reason})
    if not principal:
        raise Invalid({"principal": [_("This cannot be empty.")]})
    named = [one for one in (person, system, service) if one is not None]
    if len(named) > 1:
        raise Invalid(_("One person, one system or one service stands behind a login."))
    if not named and not administrative:
        raise Invalid(_("Name a person, a system or a service; or say that the login only runs the platform."))
    if administrative and not reason.strip():
        raise Invalid({"reason": [_("Say why this login needs no grant.")]})
    values = {"person": person, "system": system, "service": service, "administrative": administrative}
    found, _made = PlatformPrincipal.objects.update_or_create(platform=platform, principal=principal, defaults=values)
    _look_again(platform)
    return found


def _keep(snapshot: PermissionSnapshot, seen: Sequence[PermissionSeen]) -> None:
    ActualPermission.objects.bulk_create(
        [
            ActualPermission(
                snapshot=snapshot,
                principal=one.principal[:200],
                object_name=one.object_name[:1000],
                privileges=list(one.privileges),
                fields=list(one.fields),
                through=one.through[:300],
            )
            for one in seen
        ],
        batch_size=2000,
    )


def _plain(one: PermissionSeen) -> tuple[Any, ...]:
    return one.principal, one.object_name, list(one.privileges), list(one.fields), one.through


def _look_again(platform: Platform) -> None:
    """Have the rules look at the platform and at its datasets."""
    defer("compliance.evaluate", subject_type="catalog.platform", subject_id=str(platform.pk))
    if Dataset.objects.filter(platform=platform).exists():
        defer("catalog.compare_permissions", platform=str(platform.pk))
