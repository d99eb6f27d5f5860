"""Stage, suspension and authorisation: what a gate's decision lets happen, and what needs no gate."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from apps.accounts.models import Person
from apps.audit.operation import operation
from apps.inventory import permissions, queries
from apps.inventory.events import Event
from apps.inventory.models import (
    AISystem,
    ApprovedUse,
    ApprovedUseStatus,
    Authorisation,
    AuthorisationKind,
    LegacyPeriod,
    OperatingStatus,
    Release,
    Stage,
)
from apps.kernel import clock, dossier
from apps.kernel.actors import Actor
from apps.kernel.errors import Invalid, Refused
from apps.kernel.identifiers import next_key
from apps.kernel.permissions import Permission

from .checks import check_words, need_reason
from .systems import look_again

# How long a system that ran before it was governed may go on, by tier (policy default).
LEGACY_DAYS = {"T1": 90, "T2": 180, "T3": 365, "T4": 365}


@operation(
    Event.SYSTEM_STAGE_CHANGED,
    needs=Permission.INVENTORY_SYSTEM_CHANGE_STAGE,
    subject="system",
    may=permissions.may_change_stage,
)
def change_stage(*, actor: Actor, system: AISystem, target: str, reason: str = "") -> AISystem:
    """Take the next step, by the authorisation that allows it; a free step needs none."""
    gates = queries.gates_to(system, target) or []
    authorisation = queries.usable_authorisation(system, gates, target) if gates else None
    if gates and authorisation is None:
        raise Refused(queries.why_no_authorisation(system, gates, target))
    _move(system, target)
    _use(authorisation)
    return system


@operation(Event.SYSTEM_WITHDRAWN, needs=None, subject="system", may=permissions.may_withdraw)
def withdraw_system(*, actor: Actor, system: AISystem, reason: str) -> AISystem:
    """Take back a system that is not yet in use."""
    need_reason(reason)
    _move(system, Stage.WITHDRAWN)
    _withdraw_uses(actor, system.approved_uses.all(), reason)
    return system


@operation(Event.SYSTEM_REJECTED, needs=None, subject="system", may=permissions.may_reject)
def reject_system(*, actor: Actor, system: AISystem, reason: str) -> AISystem:
    """End a system that a gate rejected before it was in use."""
    need_reason(reason)
    _move(system, Stage.REJECTED)
    return system


@operation(
    Event.SYSTEM_SUSPENDED, needs=Permission.INVENTORY_SYSTEM_SUSPEND, subject="system", may=permissions.may_suspend
)
def suspend(*, actor: Actor, system: AISystem, reason: str) -> AISystem:
    """Stop a system at once; what it was approved for is not offered while it stands still."""
    system.suspended_reason = need_reason(reason, _("Say why the system has to stop."))
    system.operating_status = OperatingStatus.SUSPENDED
    system.suspended_at = system.updated_at = clock.now()
    system.save(update_fields=["operating_status", "suspended_at", "suspended_reason", "updated_at"])
    look_again(system)
    return system


@operation(
    Event.SYSTEM_RESUMED,
    needs=Permission.INVENTORY_SYSTEM_CHANGE_STAGE,
    subject="system",
    may=permissions.may_resume,
)
def resume(*, actor: Actor, system: AISystem, reason: str = "") -> AISystem:
    """Let a suspended system run again, by the review (gate G5) that somebody else decided."""
    authorisation = queries.usable_authorisation(system, ["G5"], "operation", since=system.suspended_at)
    system.operating_status = OperatingStatus.RUNNING
    system.suspended_at, system.suspended_reason, system.updated_at = None, "", clock.now()
    system.save(update_fields=["operating_status", "suspended_at", "suspended_reason", "updated_at"])
    _use(authorisation)
    look_again(system)
    return system


@operation(Event.AUTHORISATION_ISSUED, needs=None, may=permissions.may_issue)
def issue_authorisation(
    *,
    actor: Actor,
    system: AISystem,
    gate: str,
    environment: str,
    content_hash: str,
    valid_until: datetime,
    kind: str = AuthorisationKind.DECISION,
    conditions: list[str] | None = None,
    review_id: UUID | None = None,
    exception_id: UUID | None = None,
    valid_from: datetime | None = None,
    release: Release | None = None,
) -> Authorisation:
    """Write down what a gate decided; the proposed uses of the system come into force with it."""
    if kind == AuthorisationKind.LEGACY:
        raise Invalid(_("A legacy period is signed by two people, not issued by a gate."))
    system.refresh_from_db(fields=["material_revision"])
    authorisation = Authorisation.objects.create(
        key=next_key("AUTH"),
        system=system,
        kind=kind,
        gate=gate,
        environment=environment,
        release=release,
        material_revision=system.material_revision,
        content_hash=content_hash,
        valid_from=valid_from or clock.now(),
        valid_until=valid_until,
        conditions=conditions or [],
        review_id=review_id,
        exception_id=exception_id,
        issued_at=clock.now(),
    )
    if environment in (Stage.PILOT, Stage.PRODUCTION):
        _put_uses_in_force(authorisation)
    look_again(system)
    return authorisation


@operation(
    Event.AUTHORISATION_REVOKED,
    needs=Permission.INVENTORY_AUTHORISATION_REVOKE,
    subject="authorisation",
    may=permissions.may_revoke,
)
def revoke_authorisation(*, actor: Actor, authorisation: Authorisation, reason: str) -> Authorisation:
    """Take an authorisation back; the uses that rest on it end with it."""
    authorisation.revoked_reason = need_reason(reason)
    authorisation.revoked_at = clock.now()
    authorisation.save(update_fields=["revoked_at", "revoked_reason"])
    _withdraw_uses(actor, authorisation.approved_uses.all(), f"{authorisation.key}: {reason}")
    look_again(authorisation.system)
    return authorisation


@operation(
    Event.LEGACY_SIGNED,
    needs=Permission.GATES_DECISION_ACCEPT_RISK,
    subject="system",
    may=permissions.may_sign_legacy,
)
def sign_legacy(*, actor: Actor, system: AISystem, until: date, interim_controls: str) -> LegacyPeriod:
    """Sign first that a system which ran before it was governed may go on until a day, under interim controls."""
    check_words({"interim_controls": interim_controls})
    last = clock.today() + timedelta(days=LEGACY_DAYS[system.effective_tier])
    if not interim_controls.strip():
        raise Invalid({"interim_controls": [_("Say what keeps people safe until then.")]})
    if not clock.today() < until <= last:
        raise Invalid({"until": [_("For this tier the last possible day is %(day)s.") % {"day": last.isoformat()}]})
    if system.legacy_periods.filter(countersigned_by=None).exists():
        raise Invalid(_("A first signature waits already: countersign that one."))
    signer = Person.objects.get(pk=actor.id)
    return LegacyPeriod.objects.create(
        system=system, until=until, interim_controls=interim_controls.strip(), signed_by=signer, signed_at=clock.now()
    )


@operation(
    Event.LEGACY_GRANTED,
    needs=Permission.GATES_DECISION_ACCEPT_RISK,
    subject="period",
    may=permissions.may_grant_legacy,
)
def grant_legacy(*, actor: Actor, period: LegacyPeriod) -> Authorisation:
    """Countersign a legacy period: the system may go on, and nothing more; no stage follows from it."""
    second, system = Person.objects.get(pk=actor.id), period.system
    period.countersigned_by = second
    period.save(update_fields=["countersigned_by"])
    authorisation = Authorisation.objects.create(
        key=next_key("AUTH"),
        system=system,
        kind=AuthorisationKind.LEGACY,
        gate="G4",
        environment=Stage.PRODUCTION,
        material_revision=system.material_revision,
        content_hash=dossier.content_hash(dossier.canonical_bytes(dossier.assemble(system))),
        valid_from=clock.now(),
        valid_until=datetime.combine(period.until, time(23, 59), tzinfo=UTC),
        conditions=[period.interim_controls],
        signed_by=period.signed_by,
        countersigned_by=second,
        issued_at=clock.now(),
    )
    period.authorisation = authorisation
    period.save(update_fields=["authorisation"])
    system.legacy_until = period.until
    system.save(update_fields=["legacy_until"])
    look_again(system)
    return authorisation


def _move(system: AISystem, target: str) -> None:
    system.stage, system.updated_at = target, clock.now()
    fields = ["stage", "updated_at"]
    if target in (Stage.RETIRED, Stage.WITHDRAWN, Stage.REJECTED):
        system.operating_status = OperatingStatus.NOT_RUNNING
        fields.append("operating_status")
    system.save(update_fields=fields)
    look_again(system)


def _use(authorisation: Authorisation | None) -> None:
    if authorisation is not None and authorisation.used_at is None:
        authorisation.used_at = clock.now()
        authorisation.save(update_fields=["used_at"])


def _put_uses_in_force(authorisation: Authorisation) -> None:
    """Put proposed uses into force, and carry those on that an earlier authorisation brought."""
    standing = ApprovedUse.objects.filter(
        system_id=authorisation.system_id, status__in=[ApprovedUseStatus.PROPOSED, ApprovedUseStatus.IN_FORCE]
    )
    for use in standing:
        use.status, use.authorisation = ApprovedUseStatus.IN_FORCE, authorisation
        use.save(update_fields=["status", "authorisation"])


def _withdraw_uses(actor: Actor, uses: Any, reason: str) -> None:
    from .catalog import withdraw_use

    for use in uses.exclude(status=ApprovedUseStatus.WITHDRAWN):
        withdraw_use(actor=actor, approved_use=use, reason=reason)
