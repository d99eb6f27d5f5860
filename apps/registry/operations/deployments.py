"""What should run where, and what was seen running."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from apps.audit.operation import operation
from apps.inventory.models import AISystem, Authorisation, OperatingStatus, Release
from apps.inventory.operations import report_operating_status
from apps.inventory.operations.checks import check_fields, check_words, need_reason
from apps.inventory.operations.systems import look_again
from apps.inventory.queries import covering
from apps.kernel import clock
from apps.kernel.actors import Actor, ActorKind
from apps.kernel.errors import Conflict, Invalid, Refused
from apps.kernel.identifiers import next_key
from apps.kernel.permissions import Permission
from apps.registry import permissions
from apps.registry.events import Event
from apps.registry.models import GATED, Deployment, Environment, Rollback, RollbackState, Side
from apps.registry.queries import deployments as queries

# No sight is older; PostgreSQL keeps moments that Python cannot read.
OLDEST = timedelta(days=3660)


@operation(
    Event.DEPLOYMENT_MADE,
    needs=Permission.REGISTRY_DEPLOYMENT_DEPLOY,
    subject="system",
    may=permissions.may_deploy,
)
def deploy(
    *, actor: Actor, system: AISystem, release: Release, environment: str, region: str, reason: str = ""
) -> Deployment:
    """Say that a release should run in a place from now on; pilot and production need the gate's authorisation of it."""
    region = check_place(environment, region)
    check_words({"reason": reason})
    release = release_of(system, release)
    why = queries.why_not(release, environment)
    if why:
        raise Refused(why)
    known = queries.standing(system, environment, region, Side.DESIRED)
    if known is not None and known.release_id == release.pk:
        return known
    return place(
        actor, system, release, environment, region,
        authorisation=covering(release, environment) if environment in GATED else None, reason=reason,
    )  # fmt: skip


@operation(
    Event.DEPLOYMENT_OBSERVED,
    needs=Permission.REGISTRY_DEPLOYMENT_OBSERVE,
    subject="system",
    may=permissions.may_observe,
)
def observe(
    *,
    actor: Actor,
    system: AISystem,
    environment: str,
    region: str,
    release: Release | None = None,
    label: str = "",
    source: str = "",
    at: datetime | None = None,
) -> Deployment:
    """Write down what was seen running in a place; the same again changes nothing, an older sight is refused."""
    region, now = check_place(environment, region), clock.now()
    at = at or now
    check_fields(Deployment, {"observed_label": label, "source": source})
    if release is None and not label.strip():
        raise Invalid({"release": [_("Say which release was seen, or what it called itself.")]})
    _check_moment(at, now)
    release = release_of(system, release) if release is not None else None
    known = queries.standing(system, environment, region, Side.OBSERVED)
    if known is not None:
        if (known.release_id, known.observed_label) == (release.pk if release else None, label.strip()):
            _settle_rollbacks(system, environment, region, release, at)
            return known
        if at <= known.valid_from:
            raise _seen_later(known)
        _end(known, at)
    elif (later := queries.seen_later(system, environment, region, at)) is not None:
        raise _seen_later(later)
    made = Deployment.objects.create(
        key=next_key("DEP"), system=system, environment=environment, region=region, side=Side.OBSERVED,
        release=release, observed_label=label.strip(), valid_from=at, source=source.strip(), **_who(actor),
    )  # fmt: skip
    if environment in GATED and system.operating_status != OperatingStatus.RUNNING:
        report_operating_status(actor=actor, system=system, status=OperatingStatus.RUNNING, reason=made.key)
    _settle_rollbacks(system, environment, region, release, at)
    look_again(system)
    return made


@operation(
    Event.DEPLOYMENT_ENDED,
    needs=Permission.REGISTRY_DEPLOYMENT_DEPLOY,
    subject="deployment",
    may=permissions.may_end,
)
def end_deployment(*, actor: Actor, deployment: Deployment, reason: str) -> Deployment:
    """Say that nothing should run in a place any more."""
    need_reason(reason)
    if deployment.side != Side.DESIRED:
        raise Invalid(_("What was seen ends when something else is seen, or nothing: report that."))
    _end(deployment, clock.now())
    look_again(deployment.system)
    return deployment


@operation(
    Event.DEPLOYMENT_ENDED,
    needs=Permission.REGISTRY_DEPLOYMENT_OBSERVE,
    subject="system",
    may=permissions.may_observe,
)
def observe_nothing(*, actor: Actor, system: AISystem, environment: str, region: str) -> AISystem:
    """Write down that nothing was seen running in a place."""
    known = queries.standing(system, environment, check_place(environment, region), Side.OBSERVED)
    if known is not None:
        _end(known, clock.now())
        look_again(system)
    return system


def check_place(environment: str, region: str) -> str:
    """Return the region without blanks around it, or refuse a place that is none."""
    region = region.strip()
    if environment not in Environment.values:
        raise Invalid({"environment": [_("Choose an environment.")]})
    if not region:
        raise Invalid({"region": [_("Say in which region.")]})
    check_fields(Deployment, {"region": region})
    check_words({"region": region})
    return region


def release_of(system: AISystem, release: Release) -> Release:
    """Return a release as it stands now, if it is the system's."""
    found = system.releases.filter(pk=release.pk).first()
    if found is None:
        raise Invalid({"release": [_("This release is of another system.")]})
    return found


def place(
    actor: Actor,
    system: AISystem,
    release: Release,
    environment: str,
    region: str,
    *,
    authorisation: Authorisation | None,
    reason: str,
    rollback: Rollback | None = None,
) -> Deployment:
    """End what should run in a place and put a release there, at the same instant; for the operations of this room."""
    now = clock.now()
    known = queries.standing(system, environment, region, Side.DESIRED)
    if known is not None:
        _end(known, now)
    made = Deployment.objects.create(
        key=next_key("DEP"), system=system, environment=environment, region=region, side=Side.DESIRED,
        release=release, authorisation=authorisation, rollback=rollback, valid_from=now, reason=reason.strip(),
        source="portal", **_who(actor),
    )  # fmt: skip
    if authorisation is not None and authorisation.used_at is None:
        authorisation.used_at = now
        authorisation.save(update_fields=["used_at"])
    look_again(system)
    return made


def _check_moment(at: datetime, now: datetime) -> None:
    if at > now + timedelta(minutes=1):
        raise Invalid({"at": [_("Nothing was seen in the future.")]})
    if at < now - OLDEST:
        raise Invalid({"at": [_("This is older than ten years.")]})


def _seen_later(later: Deployment) -> Conflict:
    return Conflict(_("Something else was seen there later: %(key)s.") % {"key": later.key}, theirs=later)


def _end(deployment: Deployment, at: datetime) -> None:
    if at <= deployment.valid_from:
        raise Conflict(_("%(key)s began only now; try again.") % {"key": deployment.key}, theirs=deployment)
    deployment.valid_until = at
    deployment.save(update_fields=["valid_until"])


def _who(actor: Actor) -> dict[str, Any]:
    if actor.is_person:
        return {"person_id": actor.id}
    return {"service_id": actor.id} if actor.kind is ActorKind.SERVICE else {}


def _settle_rollbacks(system: AISystem, environment: str, region: str, release: Release | None, at: datetime) -> None:
    """Note of rollbacks to this place that what they ordered was seen; a sight from before the order says nothing."""
    ordered = Rollback.objects.filter(
        system=system, environment=environment, region=region, to_release=release, state=RollbackState.ORDERED,
        ordered_at__lte=at,
    )  # fmt: skip
    for rollback in ordered if release is not None else ():
        rollback.state, rollback.observed_at = RollbackState.OBSERVED, clock.now()
        rollback.save(update_fields=["state", "observed_at"])
