"""Back again in one action: to what is still approved; in an emergency with two people; alone by breaking the glass."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import Person
from apps.accounts.reach import holds_on
from apps.audit.operation import operation
from apps.inventory.models import AISystem, Release
from apps.inventory.operations.checks import need_reason
from apps.inventory.operations.systems import look_again
from apps.kernel import clock
from apps.kernel.actors import Actor, ActorKind
from apps.kernel.deferral import defer
from apps.kernel.errors import Conflict, Invalid, Refused
from apps.kernel.identifiers import next_key
from apps.kernel.permissions import Permission
from apps.registry import permissions
from apps.registry.events import Event
from apps.registry.models import Rollback, RollbackKind, RollbackState, Side
from apps.registry.queries import deployments as queries
from apps.work.operations import send_notice

from .deployments import check_place, place, release_of

ALONE_AT_LEAST = 20


@operation(
    Event.ROLLBACK_DONE,
    needs=Permission.REGISTRY_DEPLOYMENT_ROLL_BACK,
    subject="system",
    may=permissions.may_roll_back,
)
def roll_back(
    *, actor: Actor, system: AISystem, environment: str, region: str, to_release: Release, reason: str
) -> Rollback:
    """Return a place to an earlier release that is still approved there, at once."""
    reason = need_reason(reason, _("Say why it goes back: it is reviewed afterwards."))
    choice = _choose(system, environment, region, to_release)
    if choice.why_not:
        raise Refused(choice.why_not)
    made = _write(actor, system, environment, region, to_release, reason, RollbackKind.NORMAL, RollbackState.ORDERED)
    place(
        actor, system, choice.release, environment, made.region, authorisation=choice.authorisation, reason=reason,
        rollback=made,
    )  # fmt: skip
    _open_incident(made)
    _tell(actor, made, _("%(rollback)s: %(system)s went back to %(release)s"))
    return made


@operation(
    Event.ROLLBACK_ASKED,
    needs=Permission.REGISTRY_DEPLOYMENT_ROLL_BACK,
    subject="system",
    may=permissions.may_call_emergency,
)
def call_emergency(
    *, actor: Actor, system: AISystem, environment: str, region: str, to_release: Release, reason: str
) -> Rollback:
    """Call an emergency: back to a release that was approved once, as soon as a second person confirms."""
    reason = need_reason(reason, _("Say what happens if it does not go back."))
    _check_once_approved(_choose(system, environment, region, to_release))
    made = _write(actor, system, environment, region, to_release, reason, RollbackKind.EMERGENCY, RollbackState.WAITING)
    _tell(actor, made, _("%(rollback)s: an emergency of %(system)s waits for a second person"))
    return made


@operation(
    Event.ROLLBACK_CONFIRMED,
    needs=Permission.REGISTRY_DEPLOYMENT_CONFIRM_EMERGENCY,
    subject="rollback",
    may=permissions.may_second,
)
def confirm_emergency(*, actor: Actor, rollback: Rollback, reason: str) -> Rollback:
    """Confirm an emergency as the second person: it goes back at once."""
    _second(actor, rollback, reason, RollbackState.ORDERED)
    _go(actor, rollback)
    return rollback


@operation(
    Event.ROLLBACK_REFUSED,
    needs=Permission.REGISTRY_DEPLOYMENT_CONFIRM_EMERGENCY,
    subject="rollback",
    may=permissions.may_second,
)
def refuse_emergency(*, actor: Actor, rollback: Rollback, reason: str) -> Rollback:
    """Refuse an emergency as the second person: nothing changes."""
    _second(actor, rollback, reason, RollbackState.REFUSED)
    return rollback


@operation(
    Event.ROLLBACK_DONE,
    needs=Permission.REGISTRY_DEPLOYMENT_ROLL_BACK,
    subject="system",
    may=permissions.may_call_emergency,
)
def break_glass(
    *, actor: Actor, system: AISystem, environment: str, region: str, to_release: Release, reason: str
) -> Rollback:
    """Go back alone to a release that was approved once; it is a critical finding until somebody else reviewed it."""
    reason = need_reason(reason)
    if len(reason) < ALONE_AT_LEAST:
        raise Invalid(
            {"reason": [_("You act alone: say in a whole sentence what happened and why nobody could wait.")]}
        )
    _check_once_approved(_choose(system, environment, region, to_release))
    made = _write(
        actor, system, environment, region, to_release, reason, RollbackKind.BREAK_GLASS, RollbackState.ORDERED
    )
    _go(actor, made)
    _tell(actor, made, _("%(rollback)s: the glass was broken for %(system)s; review it"))
    return made


@operation(
    Event.ROLLBACK_REVIEWED,
    needs=Permission.REGISTRY_DEPLOYMENT_REVIEW,
    subject="rollback",
    may=permissions.may_review_rollback,
)
def review_rollback(*, actor: Actor, rollback: Rollback, review: str) -> Rollback:
    """Say afterwards, as somebody without a part in it, what was learned."""
    rollback.review = need_reason(review, _("Say what was learned, and what follows."))
    rollback.reviewed_by_id, rollback.reviewed_at = actor.id, clock.now()
    rollback.state = RollbackState.REVIEWED
    rollback.save(update_fields=["review", "reviewed_by", "reviewed_at", "state"])
    look_again(rollback.system)
    return rollback


class _NothingChanged(Exception):
    """Takes back what a drill wrote."""


@operation(
    Event.DRILL_RUN,
    needs=Permission.REGISTRY_DEPLOYMENT_ROLL_BACK,
    subject="system",
    may=permissions.may_roll_back,
)
def run_drill(
    *, actor: Actor, system: AISystem, environment: str, region: str, to_release: Release, reason: str
) -> Rollback:
    """Do everything that a rollback does, take it back, and keep how long each step took."""
    reason = need_reason(reason, _("Say what is practised."))
    steps: list[dict[str, Any]] = []
    _timed(steps, "look", lambda: queries.choices_back(system, environment, region))
    choice = _timed(steps, "check", lambda: _choose(system, environment, region, to_release))
    if choice.why_not:
        raise Refused(choice.why_not)
    _timed(steps, "write", lambda: _rehearse(actor, system, environment, region, choice, reason))
    return _write(
        actor, system, environment, region, to_release, reason, RollbackKind.DRILL, RollbackState.REVIEWED, steps
    )


def _rehearse(actor: Actor, system: AISystem, environment: str, region: str, choice: Any, reason: str) -> None:
    try:
        with transaction.atomic():
            made = _write(
                actor, system, environment, region, choice.release, reason, RollbackKind.NORMAL, RollbackState.ORDERED
            )
            place(
                actor, system, choice.release, environment, made.region, authorisation=choice.authorisation,
                reason=reason, rollback=made,
            )  # fmt: skip
            raise _NothingChanged
    except _NothingChanged:
        return


def _timed(steps: list[dict[str, Any]], name: str, does: Callable[[], Any]) -> Any:
    began = time.perf_counter()
    found = does()
    steps.append({"step": name, "milliseconds": round((time.perf_counter() - began) * 1000, 1)})
    return found


def _choose(system: AISystem, environment: str, region: str, to_release: Release) -> queries.Choice:
    region = check_place(environment, region)
    release = release_of(system, to_release)
    now = queries.standing(system, environment, region, Side.DESIRED)
    if now is None:
        raise Invalid({"region": [_("Nothing should run there: there is nothing to go back from.")]})
    if release.number >= now.release.number:
        raise Invalid({"to_release": [_("Choose a release before %(release)s.") % {"release": now.release.key}]})
    return queries.choice_of(release, environment)


def _check_once_approved(choice: queries.Choice) -> None:
    if choice.release.withdrawn_at is not None:
        # Whoever withdrew it knew why: no emergency brings it back.
        raise Refused(choice.why_not)
    if not choice.once_approved:
        raise Refused(_("No gate ever approved %(release)s there.") % {"release": choice.release.key})


def _write(
    actor: Actor, system: AISystem, environment: str, region: str, to_release: Release, reason: str, kind: str,
    state: str, steps: list[dict[str, Any]] | None = None,
) -> Rollback:  # fmt: skip
    region = region.strip()
    now = queries.standing(system, environment, region, Side.DESIRED)
    moment = clock.now()
    return Rollback.objects.create(
        key=next_key("RBK"), system=system, environment=environment, region=region, kind=kind, state=state,
        from_release=now.release if now else None, to_release=to_release, reason=reason, asked_at=moment,
        asked_by_id=actor.id if actor.is_person else None,
        asked_by_service_id=actor.id if actor.kind is ActorKind.SERVICE else None,
        ordered_at=moment if state == RollbackState.ORDERED else None, drill_steps=steps or [],
    )  # fmt: skip


def _second(actor: Actor, rollback: Rollback, reason: str, state: str) -> None:
    rollback.second_reason = need_reason(reason)
    rollback.second_by_id, rollback.second_at, rollback.state = actor.id, clock.now(), state
    rollback.ordered_at = rollback.second_at if state == RollbackState.ORDERED else None
    rollback.save(update_fields=["second_reason", "second_by", "second_at", "state", "ordered_at"])
    if rollback.asked_by is not None:
        text = _("%(rollback)s: %(state)s") % {"rollback": rollback.key, "state": rollback.get_state_display()}
        send_notice(actor=actor, person=rollback.asked_by, text=text, about=rollback, kind="rollback")


def _go(actor: Actor, rollback: Rollback) -> None:
    """Put the release of an emergency where it belongs: the database looks at the rollback instead of a gate."""
    system = AISystem.objects.select_for_update(of=("self",), no_key=True).get(pk=rollback.system_id)
    may = permissions.may_roll_back(actor=actor, system=system)
    if not may:
        raise Refused(may)
    _check_once_approved(queries.choice_of(release_of(system, rollback.to_release), rollback.environment))
    now = queries.standing(system, rollback.environment, rollback.region, Side.DESIRED)
    if now is None or now.release_id != rollback.from_release_id:
        # Both people looked at something else; from here it might lead forward, past a gate.
        raise Conflict(_("Something else should run there by now: call it again with what is known now."), theirs=now)
    place(
        actor, system, rollback.to_release, rollback.environment, rollback.region, authorisation=None,
        reason=rollback.reason, rollback=rollback,
    )  # fmt: skip
    _open_incident(rollback)


def _open_incident(rollback: Rollback) -> None:
    """Let monitoring open the incident behind a rollback, once it is written; the rollback does not wait for it."""
    words = {"rollback": rollback.key, "release": rollback.to_release.key, "region": rollback.region}
    severity = "high" if rollback.kind == RollbackKind.NORMAL else "critical"
    defer(
        "monitoring.open_incident", system=str(rollback.system_id), severity=severity, reference=rollback.key,
        title=_("%(rollback)s: back to %(release)s in %(region)s") % words, description=rollback.reason,
        occurred_at=rollback.asked_at.isoformat(),
    )  # fmt: skip


def _tell(actor: Actor, rollback: Rollback, sentence: str) -> None:
    """Tell those who confirm emergencies and review rollbacks here, and those who answer for the system."""
    text = sentence % {
        "rollback": rollback.key, "system": rollback.system.key, "release": rollback.to_release.key,
    }  # fmt: skip
    told = {rollback.system.owner, rollback.system.deputy, *reviewers_of(rollback)} - {None}
    for person in sorted(told, key=lambda one: str(one.pk)):
        if str(person.pk) != actor.id:
            send_notice(actor=actor, person=person, text=text, about=rollback, kind="rollback")


def reviewers_of(rollback: Rollback) -> list[Person]:
    """Return the people who may confirm an emergency of this system or review a rollback."""
    wanted = (Permission.REGISTRY_DEPLOYMENT_CONFIRM_EMERGENCY, Permission.REGISTRY_DEPLOYMENT_REVIEW)
    people = Person.objects.active().filter(role_assignments__role__permissions__overlap=[str(p) for p in wanted])
    return [one for one in people.distinct() if any(holds_on(one, p, rollback.system) for p in wanted)]
