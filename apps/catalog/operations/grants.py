"""Grants on data: issued by a decision, extended, held back, resumed, revoked; they end by themselves."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _

from apps.audit.operation import operation
from apps.catalog import permissions
from apps.catalog.events import Event
from apps.catalog.models import AccessRequest, DataGrant, Dataset, RequestStatus
from apps.catalog.queries import access as queries
from apps.catalog.rules_pure.access_policy import RefusedByRule, longest_days, rank
from apps.inventory.operations.checks import need_reason
from apps.kernel import clock
from apps.kernel.actors import Actor
from apps.kernel.deferral import defer
from apps.kernel.errors import Conflict, Invalid
from apps.kernel.identifiers import next_key

from .telling import tell_deciders, tell_holders

# No date lies further ahead; what the level of the data allows is less.
LONGEST_DAYS = 3650
GRANTED = (
    "subject_kind", "person", "system", "service", "dataset", "fields", "actions", "use_case", "activity", "purpose",
    "purpose_details", "region", "rate_per_hour", "fail_mode",
)  # fmt: skip


@operation(Event.GRANT_ISSUED, needs=None, may=permissions.may_only_inside)
def issue_grant(*, actor: Actor, request: AccessRequest, reason: str) -> DataGrant:
    """Make the grant that a request was approved for, from now on and with its end."""
    now = clock.now()
    grant = DataGrant.objects.create(
        key=next_key("GRT"),
        request=request,
        level_granted=request.dataset.effective_level,
        valid_from=now,
        valid_until=now + timedelta(days=request.days),
        **{name: getattr(request, name) for name in GRANTED},
    )
    _look_again(grant)
    return grant


@operation(Event.GRANT_EXTENDED, needs=None, subject="grant", may=permissions.may_only_inside)
def carry_on(*, actor: Actor, grant: DataGrant, days: int, reason: str, request: AccessRequest) -> DataGrant:
    """Let a grant go on from now as its renewal was decided; whatever held it back is decided anew."""
    _keep_spells(grant, request.fields)
    narrower = ["fields", "rate_per_hour"]
    for name in narrower:
        setattr(grant, name, getattr(request, name))
    grant.save(update_fields=narrower)
    return _prolong(grant, days)


@operation(Event.GRANT_EXTENDED, needs=None, within_reach_of="grant", may=permissions.may_decide_grant)
def extend_grant(*, actor: Actor, grant: DataGrant, days: int, reason: str) -> DataGrant:
    """Let a grant end later, counted from now; where two people decide it waits for the second one."""
    need_reason(reason)
    grant = held(grant)
    _must_stand(grant)
    if grant.held_back_at:
        raise Invalid(_("This grant is held back: decide on it anew first."))
    if not 0 < days <= LONGEST_DAYS:
        raise Invalid({"days": [_("Give a number of days between 1 and %(most)s.") % {"most": LONGEST_DAYS}]})
    if clock.now() + timedelta(days=days) <= grant.valid_until:
        raise Invalid({"days": [_("It lasts longer already.")]})
    return _decide_anew(actor, grant, days, reason)


@operation(Event.GRANT_RESUMED, needs=None, within_reach_of="grant", may=permissions.may_decide_grant)
def resume_grant(*, actor: Actor, grant: DataGrant, reason: str) -> DataGrant:
    """Decide anew on a grant that was held back, for the rest of its time; restricted data takes two people."""
    need_reason(reason)
    grant = held(grant)
    _must_stand(grant)
    if not grant.held_back_at:
        raise Conflict(_("This grant is not held back."), theirs=grant)
    rest = (grant.valid_until - clock.now()).days or 1
    return _decide_anew(actor, grant, min(rest, longest_days(grant.dataset.level)), reason)


@operation(Event.GRANT_REVOKED, needs=None, within_reach_of="grant", may=permissions.may_revoke_grant)
def revoke_grant(*, actor: Actor, grant: DataGrant, reason: str) -> DataGrant:
    """End a grant at once: the next decision is no."""
    need_reason(reason)
    grant = held(grant)
    if grant.revoked_at:
        raise Conflict(_("This grant was revoked already."), theirs=grant)
    grant.revoked_at = clock.now()
    grant.revoked_by_id = actor.id if actor.is_person else None
    grant.revoked_reason = reason.strip()
    grant.save(update_fields=["revoked_at", "revoked_by", "revoked_reason"])
    for request in AccessRequest.objects.waiting().filter(renews=grant):
        request.status = RequestStatus.WITHDRAWN
        request.save(update_fields=["status"])
    _look_again(grant)
    tell_holders(actor, grant, _("Revoked: %(grant)s on %(dataset)s"))
    return grant


@operation(Event.GRANT_HELD_BACK, needs=None, subject="dataset", may=permissions.may_hold_back)
def hold_back_grants(*, actor: Actor, dataset: Dataset, reason: str, every: bool = False) -> list[str]:
    """Hold back the grants that were decided when the data was lower (`every`: all of them); return their keys.

    Called after the dataset's new level is saved. A change that raises nothing holds nothing back.
    """
    need_reason(reason)
    level = rank(dataset.effective_level)
    held = []
    open_grants = DataGrant.objects.filter(dataset=dataset, revoked_at=None, held_back_at=None)
    for grant in open_grants.filter(valid_until__gt=clock.now()).order_by("pk").select_for_update(of=("self",)):
        if every or rank(grant.level_granted) < level:
            hold_back(actor, grant, reason)
            held.append(grant.key)
    return held


def announce_end(*, actor: Actor, grant: DataGrant) -> None:
    """Tell those who hold a grant, once for each end it was given, that it ends soon."""
    day = grant.valid_until.date().isoformat()
    text = _("%(grant)s on %(dataset)s ends on ") + day + _(": ask for more time if you need it.")
    tell_holders(actor, grant, text, once=f"ends:{grant.pk}:{day}")


def hold_back(actor: Actor, grant: DataGrant, reason: str) -> None:
    """Hold one grant back, inside an operation, and tell who holds it."""
    grant.held_back_at, grant.held_back_reason = clock.now(), reason.strip()
    grant.save(update_fields=["held_back_at", "held_back_reason"])
    _look_again(grant)
    tell_holders(actor, grant, _("Held back until it is decided anew: %(grant)s on %(dataset)s"))
    tell_deciders(actor, grant)


def _decide_anew(actor: Actor, grant: DataGrant, days: int, reason: str) -> DataGrant:
    found = queries.refusals_for(grant, days)
    if found:
        raise RefusedByRule(found)
    if not queries.needs_second(grant.dataset):
        _keep_spells(grant, grant.fields)
        return _prolong(grant, days)
    from .access import renewal_of

    request = renewal_of(
        grant,
        days=days,
        requester=grant.request.requester,
        status=RequestStatus.SECOND,
        decided_by_id=actor.id,
        decided_at=clock.now(),
        decided_reason=reason.strip(),
        level_seen=grant.dataset.effective_level,
    )
    tell_deciders(actor, request)
    return grant


def _prolong(grant: DataGrant, days: int) -> DataGrant:
    _must_stand(grant)
    grant.valid_until = clock.now() + timedelta(days=days)
    grant.level_granted = grant.dataset.effective_level
    grant.held_back_at, grant.held_back_reason = None, ""
    grant.save(update_fields=["valid_until", "level_granted", "held_back_at", "held_back_reason"])
    _look_again(grant)
    return grant


def _keep_spells(grant: DataGrant, fields: list[str]) -> None:
    """Keep what the grant was until now where it goes on as something else: reads of then are reported later."""
    now = clock.now()
    if set(fields) != set(grant.fields):
        last = grant.spells.filter(held_back=False).order_by("ended_at").last()
        began_at = last.ended_at if last else grant.valid_from
        grant.spells.create(began_at=began_at, ended_at=now, held_back=False, fields=grant.fields)
    if grant.held_back_at is not None:
        grant.spells.create(began_at=grant.held_back_at, ended_at=now, held_back=True)


def _must_stand(grant: DataGrant) -> None:
    if grant.revoked_at or grant.valid_until <= clock.now():
        raise Conflict(_("This grant has ended: it takes a new request."), theirs=grant)


def held(grant: DataGrant) -> DataGrant:
    """Read a grant anew and hold it, its dataset first: whoever classifies the data holds it in the same order."""
    dataset = Dataset.objects.select_for_update(of=("self",), no_key=True).get(pk=grant.dataset_id)
    found = DataGrant.objects.select_for_update(of=("self",), no_key=True).get(pk=grant.pk)
    found.dataset = dataset
    return found


def _look_again(grant: Any) -> None:
    defer("compliance.evaluate", subject_type="catalog.data_grant", subject_id=str(grant.pk))
