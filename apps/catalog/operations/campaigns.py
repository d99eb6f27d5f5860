"""Campaigns: every grant of a scope is asked about again; what nobody answers for is held back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from apps.accounts.models import Department, Person
from apps.accounts.reach import reach
from apps.audit.operation import operation
from apps.catalog import permissions
from apps.catalog.events import Event
from apps.catalog.models import Campaign, CampaignItem, DataGrant, Level, Platform
from apps.inventory.operations.checks import check_words, need_reason
from apps.kernel import clock
from apps.kernel.actors import Actor
from apps.kernel.errors import Conflict, Invalid, Refused
from apps.kernel.identifiers import next_key
from apps.kernel.permissions import Permission

from .grants import held, hold_back, revoke_grant
from .telling import tell_holders, tell_stewards


@operation(Event.CAMPAIGN_STARTED, needs=Permission.CATALOG_CAMPAIGN_RUN)
def start_campaign(
    *,
    actor: Actor,
    name: str,
    due_on: date,
    levels: Iterable[str] = (),
    platforms: Iterable[Platform] = (),
    departments: Iterable[Department] = (),
) -> Campaign:
    """Ask about every open grant on the data of a scope again; what is not named does not narrow it."""
    scope = {
        "levels": sorted(set(levels)),
        "platforms": sorted(platform.key for platform in platforms),
        "departments": sorted(department.path for department in departments),
    }
    _check(name, due_on, scope)
    found = list(_grants_in(scope, actor).select_related("dataset__steward", "dataset__owner"))
    if not found:
        raise Invalid(_("No grant that stands falls into this scope."))
    campaign = Campaign.objects.create(
        key=next_key("RCC"), name=name.strip(), scope=scope, due_on=due_on, started_by_id=actor.id
    )
    CampaignItem.objects.bulk_create(CampaignItem(campaign=campaign, grant=grant) for grant in found)
    tell_stewards(actor, campaign, found)
    return campaign


@operation(Event.CAMPAIGN_DECIDED, needs=None, subject="campaign", may=permissions.may_answer_campaign)
def decide_items(
    *, actor: Actor, campaign: Campaign, items: Iterable[CampaignItem], keep: bool, reason: str
) -> Campaign:
    """Keep or revoke the grants of some items, with one reason for all; each by somebody who may decide on it."""
    need_reason(reason)
    if campaign.closed_at:
        raise Conflict(_("This campaign is closed."), theirs=campaign)
    wanted = {item.pk for item in items}
    chosen = CampaignItem.objects.filter(campaign=campaign, pk__in=wanted).select_for_update(of=("self",))
    rows = list(
        chosen.select_related("grant__dataset", "grant__request", "decided_by").order_by("grant__dataset_id", "pk")
    )
    if not rows:
        raise Invalid({"items": [_("Choose at least one grant.")]})
    for item in rows:
        _decide_item(actor, item, keep=keep, reason=reason)
    return campaign


@operation(Event.CAMPAIGN_CLOSED, needs=None, subject="campaign", may=permissions.may_close_campaign)
def close_campaign(*, actor: Actor, campaign: Campaign, reason: str = "") -> Campaign:
    """Close a campaign: grants that nobody decided on are held back until somebody does."""
    if campaign.closed_at:
        raise Conflict(_("This campaign is closed."), theirs=campaign)
    undecided = CampaignItem.objects.filter(campaign=campaign, keep=None).values("grant")
    rows = DataGrant.objects.filter(pk__in=undecided, revoked_at=None, held_back_at=None, valid_until__gt=clock.now())
    for grant in rows.order_by("dataset_id", "pk"):
        standing = held(grant)
        if standing.revoked_at is None:
            hold_back(actor, standing, _("Not recertified in %(campaign)s.") % {"campaign": campaign.key})
    campaign.closed_at = clock.now()
    campaign.save(update_fields=["closed_at"])
    return campaign


def _decide_item(actor: Actor, item: CampaignItem, *, keep: bool, reason: str) -> None:
    if item.keep is not None:
        raise Conflict(
            _("%(name)s has decided on %(grant)s already.") % {"name": item.decided_by, "grant": item.grant.key},
            theirs=item,
        )
    decision = permissions.may_decide_grant(actor=actor, grant=item.grant)
    if not decision:
        raise Refused(f"{item.grant.key}: {decision.reason}")
    item.keep, item.reason = keep, reason.strip()
    item.decided_by_id, item.decided_at = actor.id, clock.now()
    item.save(update_fields=["keep", "reason", "decided_by", "decided_at"])
    if item.grant.revoked_at:
        return
    if keep:
        grant = held(item.grant)
        grant.recertified_at = clock.now()
        grant.save(update_fields=["recertified_at"])
        tell_holders(actor, grant, _("Kept: %(grant)s on %(dataset)s"))
    else:
        revoke_grant(actor=actor, grant=item.grant, reason=reason)


def _grants_in(scope: dict[str, list[str]], actor: Actor) -> Any:
    person = Person.objects.get(pk=actor.id)
    mine = Q(dataset__owner=person) | Q(dataset__steward=person)
    rows = DataGrant.objects.filter(revoked_at=None, valid_until__gt=clock.now())
    rows = rows.filter(mine | reach(person, Permission.CATALOG_CAMPAIGN_RUN, "dataset__department"))
    if scope["levels"]:
        named = Q(dataset__level__in=scope["levels"])
        rows = rows.filter(named | Q(dataset__level="") if Level.RESTRICTED in scope["levels"] else named)
    if scope["platforms"]:
        rows = rows.filter(dataset__platform__key__in=scope["platforms"])
    below = Q(pk__in=[])
    for path in scope["departments"]:
        below |= Q(dataset__department__path__startswith=path)
    return rows.filter(below) if scope["departments"] else rows


def _check(name: str, due_on: date, scope: dict[str, list[str]]) -> None:
    problems: dict[str, list[str]] = {}
    if not name.strip():
        problems["name"] = [_("Give the campaign a name.")]
    elif len(name.strip()) > 200:
        problems["name"] = [_("At most 200 characters.")]
    if due_on <= clock.today():
        problems["due_on"] = [_("Choose a day after today.")]
    if set(scope["levels"]) - set(Level.values):
        problems["levels"] = [_("There is no such level.")]
    if problems:
        raise Invalid(problems)
    check_words({"name": name})
