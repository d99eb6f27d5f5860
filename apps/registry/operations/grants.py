"""Grants on models: issued by a decision, carried on, held back, resumed, revoked; they end by themselves."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from apps.audit.operation import operation
from apps.catalog.models import RequestStatus
from apps.inventory.models import UseCase
from apps.inventory.operations.checks import need_reason
from apps.kernel import clock
from apps.kernel.actors import Actor
from apps.kernel.deferral import defer
from apps.kernel.errors import Conflict
from apps.kernel.identifiers import next_key
from apps.registry import permissions
from apps.registry.events import Event
from apps.registry.models import GatewayKey, ModelAccessRequest, ModelGrant
from apps.registry.rules_pure import access_policy

from .telling import tell_deciders, tell_holders

TERMS = (
    "subject_kind", "person", "system", "service", "use_case", "ai_model", "alias", "model_version", "environment",
    "region", "max_tokens", "max_temperature", "tools", "any_tool", "modalities", "data_level", "data_categories",
    "rate_limit", "rate_window", "budget", "budget_period", "currency", "purpose", "purpose_details", "fail_mode",
)  # fmt: skip
CARRIED = ("max_tokens", "rate_limit", "budget", "fail_mode")


@operation(Event.GRANT_ISSUED, needs=None, may=permissions.may_issue_model_grant)
def issue_model_grant(*, actor: Actor, request: ModelAccessRequest, reason: str) -> ModelGrant:
    """Make the grant that a request was approved for, from now on and with its end."""
    now = clock.now()
    grant = ModelGrant.objects.create(
        key=next_key("MGR"),
        request=request,
        tier_granted=request.tier_seen,
        valid_from=now,
        valid_until=now + timedelta(days=request.days),
        **{name: getattr(request, name) for name in TERMS},
    )
    _look_again(grant)
    return grant


@operation(Event.GRANT_EXTENDED, needs=None, subject="grant", may=permissions.may_issue_model_grant)
def carry_on(*, actor: Actor, grant: ModelGrant, request: ModelAccessRequest, reason: str) -> ModelGrant:
    """Let a grant go on from now as its renewal was decided; whatever held it back is decided anew."""
    for name in CARRIED:
        setattr(grant, name, getattr(request, name))
    grant.save(update_fields=list(CARRIED))
    return _prolong(grant, clock.now() + timedelta(days=request.days), request.tier_seen)


@operation(Event.GRANT_REVOKED, needs=None, subject="grant", may=permissions.may_revoke_model_grant)
def revoke_model_grant(*, actor: Actor, grant: ModelGrant, reason: str) -> ModelGrant:
    """End a grant at once: the next call is refused."""
    need_reason(reason)
    if grant.revoked_at:
        raise Conflict(_("This grant was revoked already."), theirs=grant)
    grant.revoked_at, grant.revoked_reason = clock.now(), reason.strip()
    grant.revoked_by_id = actor.id if actor.is_person else None
    grant.save(update_fields=["revoked_at", "revoked_by", "revoked_reason"])
    for request in ModelAccessRequest.objects.waiting().filter(renews=grant):
        request.status = RequestStatus.WITHDRAWN
        request.save(update_fields=["status"])
    _look_again(grant)
    tell_holders(actor, grant, _("Revoked: %(grant)s on %(model)s"))
    return grant


@operation(Event.GRANT_HELD_BACK, needs=None, subject="grant", may=permissions.may_hold_back_model_grant)
def hold_back_grant(*, actor: Actor, grant: ModelGrant, reason: str) -> ModelGrant:
    """Let a grant allow nothing until it is decided anew."""
    need_reason(reason)
    _must_stand(grant)
    if grant.held_back_at:
        return grant
    grant.held_back_at, grant.held_back_reason = clock.now(), reason.strip()
    grant.save(update_fields=["held_back_at", "held_back_reason"])
    _look_again(grant)
    tell_holders(actor, grant, _("Held back until it is decided anew: %(grant)s on %(model)s"))
    tell_deciders(actor, grant)
    return grant


@operation(Event.GRANT_RESUMED, needs=None, subject="grant", may=permissions.may_decide_model_grant)
def resume_grant(*, actor: Actor, grant: ModelGrant, reason: str) -> ModelGrant:
    """Decide anew on a grant that was held back, for the rest of its time; a high tier takes two people."""
    need_reason(reason)
    _must_stand(grant)
    if not grant.held_back_at:
        raise Conflict(_("This grant is not held back."), theirs=grant)
    from .access import refuse_by_policy, renewal_of

    grant.use_case = UseCase.objects.select_for_update(of=("self",), no_key=True).get(pk=grant.use_case_id)
    tier = grant.use_case.effective_tier
    days = min((grant.valid_until - clock.now()).days or 1, access_policy.longest_days(tier))
    if not access_policy.needs_second(tier):
        refuse_by_policy(grant, days)
        latest = clock.now() + timedelta(days=access_policy.longest_days(tier))
        return _prolong(grant, min(grant.valid_until, latest), tier)
    request = renewal_of(
        grant,
        days=days,
        requester=grant.request.requester,
        status=RequestStatus.SECOND,
        decided_by_id=actor.id,
        decided_at=clock.now(),
        decided_reason=reason.strip(),
        tier_seen=tier,
    )
    tell_deciders(actor, request)
    return grant


def announce_end(*, actor: Actor, grant: ModelGrant) -> None:
    """Tell those who hold a grant, once for each end it was given, that it ends soon."""
    day = grant.valid_until.date().isoformat()
    text = _("%(grant)s on %(model)s ends on ") + day + _(": ask for more time if you need it.")
    tell_holders(actor, grant, text, once=f"ends:{grant.pk}:{day}")


def _prolong(grant: ModelGrant, until: datetime, tier: str) -> ModelGrant:
    _must_stand(grant)
    grant.valid_until = until
    grant.tier_granted = tier
    grant.held_back_at, grant.held_back_reason = None, ""
    grant.save(update_fields=["valid_until", "tier_granted", "held_back_at", "held_back_reason"])
    _look_again(grant)
    return grant


def _must_stand(grant: ModelGrant) -> None:
    if grant.revoked_at or grant.valid_until <= clock.now():
        raise Conflict(_("This grant has ended: it takes a new request."), theirs=grant)


def _look_again(grant: Any) -> None:
    defer("compliance.evaluate", subject_type="registry.model_grant", subject_id=str(grant.pk))
    if GatewayKey.objects.filter(grant=grant).exists():
        defer("registry.compare_gateways", grant=str(grant.pk))
