"""Access to data: asking, deciding with two people where it takes two, taking back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.text import slugify
from django.utils.translation import gettext as _

from apps.audit.operation import operation
from apps.catalog import permissions
from apps.catalog.events import Event
from apps.catalog.models import AccessRequest, DataAction, DataGrant, Dataset, FailMode, Field, Level, RequestStatus
from apps.catalog.queries import access as queries
from apps.catalog.rules_pure.access_policy import RefusedByRule, longest_days, rank
from apps.inventory.operations.checks import check_fields, check_words, need_reason
from apps.kernel import clock
from apps.kernel.actors import Actor
from apps.kernel.errors import Conflict, Invalid, Refused
from apps.kernel.identifiers import next_key

from .grants import carry_on, held, issue_grant
from .telling import tell_deciders, tell_requester

TERMS = (
    "subject_kind", "person", "system", "service", "dataset", "fields", "actions", "use_case", "activity", "purpose",
    "purpose_details", "region", "rate_per_hour", "fail_mode",
)  # fmt: skip


@operation(Event.ACCESS_REQUESTED, needs=None, within_reach_of="dataset", may=permissions.may_request_access)
def request_access(
    *,
    actor: Actor,
    dataset: Dataset,
    subject: Any,
    actions: Iterable[str],
    purpose: str,
    purpose_details: str,
    days: int,
    fields: Iterable[str] = (),
    use_case: Any = None,
    activity: Any = None,
    region: str = "",
    rate_per_hour: int | None = None,
    fail_mode: str = FailMode.CLOSED,
) -> AccessRequest:
    """Ask for access for a person, system or service identity; what a rule forbids is refused at once and not kept."""
    wanted = AccessRequest(
        dataset=dataset,
        **queries.subject_columns(subject),
        actions=list(dict.fromkeys(actions)),
        purpose=purpose.strip(),
        purpose_details=purpose_details.strip(),
        fields=list(dict.fromkeys(fields)),
        use_case=use_case,
        activity=activity,
        region=_tidy_region(region),
        rate_per_hour=rate_per_hour,
        fail_mode=fail_mode,
        days=days,
        requester_id=actor.id,
    )
    wanted.dataset = _held_dataset(dataset)
    wanted.level_seen = _level_asked(wanted.dataset)
    _check_new(wanted, days)
    wanted.key = next_key("DAR")
    wanted.save(force_insert=True)
    tell_deciders(actor, wanted)
    return wanted


@operation(Event.ACCESS_REQUESTED, needs=None, within_reach_of="grant", may=permissions.may_request_extension)
def request_extension(*, actor: Actor, grant: DataGrant, days: int, reason: str) -> AccessRequest:
    """Ask for more time on a grant; it is decided like the first request."""
    need_reason(reason)
    grant = held(grant)
    request = renewal_of(grant, days=days, requester_id=actor.id, purpose_details=reason.strip())
    tell_deciders(actor, request)
    return request


@operation(Event.ACCESS_WITHDRAWN, needs=None, subject="request", may=permissions.may_withdraw_request)
def withdraw_request(*, actor: Actor, request: AccessRequest, reason: str = "") -> AccessRequest:
    """Take back what was asked for while it waits."""
    if request.status not in (RequestStatus.WAITING, RequestStatus.SECOND):
        raise _decided(request)
    request.status = RequestStatus.WITHDRAWN
    request.save(update_fields=["status"])
    return request


def decide_request(*, actor: Actor, request: AccessRequest, outcome: str, reason: str, **narrower: Any) -> Any:
    """Give the first decision: approve (with narrower `fields`, `days`, `rate_per_hour`) or refuse."""
    return _decision(outcome)(actor=actor, request=request, reason=reason, second=False, **narrower)


def second_decision(*, actor: Actor, request: AccessRequest, outcome: str, reason: str, **narrower: Any) -> Any:
    """Give the second decision where two people decide; it may narrow further."""
    return _decision(outcome)(actor=actor, request=request, reason=reason, second=True, **narrower)


@operation(Event.ACCESS_APPROVED, needs=None, within_reach_of="request", may=permissions.may_decide_request)
def approve_request(
    *,
    actor: Actor,
    request: AccessRequest,
    reason: str,
    second: bool = False,
    fields: Iterable[str] | None = None,
    days: int | None = None,
    rate_per_hour: int | None = None,
) -> AccessRequest:
    """Approve; the grant stands when nobody else must decide. Who comes second after somebody else is told so."""
    request = _held_request(request)
    # What was found out before may be of another moment: who decided first decides but once.
    decision = permissions.may_decide_request(actor=actor, request=request)
    if not decision:
        raise Refused(decision)
    _must_wait(request, second=second)
    need_reason(reason, _("Say why it may be, in a sentence that others understand later."))
    _narrow(request, fields, days, rate_per_hour)
    _refuse_by_rule(request, request.days)
    level = request.dataset.effective_level
    risen = second and rank(level) > rank(request.level_seen)
    if second and not risen:
        request.second_by_id, request.second_at, request.second_reason = actor.id, clock.now(), reason.strip()
        request.status = RequestStatus.APPROVED
    else:
        # Whoever decided when the data was lower decided on something else: this counts as the first decision.
        request.decided_by_id, request.decided_at, request.decided_reason = actor.id, clock.now(), reason.strip()
        # What took two people when it was asked for still does, whatever the data was called meanwhile.
        two = queries.needs_second(request.dataset) or request.level_seen == Level.RESTRICTED
        request.status = RequestStatus.SECOND if two else RequestStatus.APPROVED
    request.level_seen = level
    request.save()
    if request.status == RequestStatus.APPROVED:
        _give(actor, request, reason)
        tell_requester(actor, request, _("You may: %(request)s was approved") % {"request": request.key})
    else:
        tell_deciders(actor, request)
    return request


@operation(Event.ACCESS_REFUSED, needs=None, subject="request", may=permissions.may_decide_request)
def refuse_request(
    *, actor: Actor, request: AccessRequest, reason: str, second: bool = False, **_narrower: Any
) -> AccessRequest:
    """Refuse with the reason; one refusal is enough where two decide."""
    _must_wait(request, second=second)
    need_reason(reason, _("Say why not, in a sentence that the person who asked understands."))
    who, when, why = ("second_by_id", "second_at", "second_reason") if second else _FIRST
    setattr(request, who, actor.id)
    setattr(request, when, clock.now())
    setattr(request, why, reason.strip())
    request.status, request.level_seen = RequestStatus.REFUSED, request.dataset.effective_level
    request.save()
    tell_requester(actor, request, _("Refused: %(request)s") % {"request": request.key})
    return request


def _check_new(wanted: AccessRequest, days: int) -> None:
    _check(wanted)
    _refuse_by_rule(wanted, days)
    _refuse_twice(wanted)


def _held_dataset(dataset: Dataset) -> Dataset:
    """Read a dataset anew and hold it: what it is must not change between looking and granting."""
    return Dataset.objects.select_for_update(of=("self",), no_key=True).get(pk=dataset.pk)


def _held_request(request: AccessRequest) -> AccessRequest:
    """Read a request anew and hold it, after its dataset and its grant: the order in which everybody holds them."""
    dataset = _held_dataset(request.dataset)
    grant = held(request.renews) if request.renews else None
    found = AccessRequest.objects.select_for_update(of=("self",), no_key=True).get(pk=request.pk)
    found.dataset, found.renews = dataset, grant
    return found


def _level_asked(dataset: Dataset) -> str:
    """Return the level that a request counts as: what takes two people is asked for as restricted."""
    return Level.RESTRICTED if queries.needs_second(dataset) else dataset.effective_level


_FIRST = ("decided_by_id", "decided_at", "decided_reason")


def renewal_of(grant: DataGrant, *, days: int, **values: Any) -> AccessRequest:
    """Keep a request that would carry a grant on; one at a time."""
    if grant.state in ("revoked", "expired"):
        raise Invalid(_("This grant has ended: ask anew."))
    terms = {name: getattr(grant, name) for name in TERMS} | values
    request = AccessRequest(renews=grant, days=days, **({"level_seen": _level_asked(grant.dataset)} | terms))
    _check(request)
    _refuse_by_rule(request, days)
    if AccessRequest.objects.waiting().filter(renews=grant).exists():
        raise Conflict(_("Somebody has asked for more time already: it waits for a decision."), theirs=grant)
    request.key = next_key("DAR")
    request.save(force_insert=True)
    return request


def _give(actor: Actor, request: AccessRequest, reason: str) -> None:
    if request.renews is None:
        issue_grant(actor=actor, request=request, reason=reason)
    else:
        carry_on(actor=actor, grant=request.renews, days=request.days, reason=reason, request=request)


def _decision(outcome: str) -> Any:
    decisions = {"approve": approve_request, "refuse": refuse_request}
    if outcome not in decisions:
        raise Invalid({"outcome": [_("Choose whether to approve or to refuse.")]})
    return decisions[outcome]


def _must_wait(request: AccessRequest, *, second: bool) -> None:
    expected = RequestStatus.SECOND if second else RequestStatus.WAITING
    if request.status == expected:
        return
    if request.status == RequestStatus.SECOND:
        raise Conflict(
            _("%(name)s decided first while you read: now it takes a second decision.") % {"name": request.decided_by},
            theirs=request,
        )
    if request.status == RequestStatus.WAITING:
        raise Conflict(_("This request waits for its first decision."), theirs=request)
    raise _decided(request)


def _decided(request: AccessRequest) -> Conflict:
    person = request.second_by or request.decided_by or request.requester
    status = request.get_status_display().lower()
    return Conflict(
        _("This is decided already: %(status)s by %(name)s.") % {"status": status, "name": person}, theirs=request
    )


def _refuse_by_rule(terms: AccessRequest, days: int) -> None:
    found = queries.refusals_for(terms, days)
    if found:
        raise RefusedByRule(found)


def _refuse_twice(wanted: AccessRequest) -> None:
    same = {name: getattr(wanted, name) for name in ("dataset", "person", "system", "service", "purpose")}
    known = AccessRequest.objects.waiting().filter(**same, actions__contains=wanted.actions).first()
    if known is not None:
        raise Invalid(_("%(key)s asks for the same and waits for its decision.") % {"key": known.key})


def _narrow(request: AccessRequest, fields: Any, days: int | None, rate_per_hour: int | None) -> None:
    problems: dict[str, list[str]] = {}
    if fields:
        wider = sorted(set(fields) - set(request.fields)) if request.fields else _unknown(request.dataset, fields)
        if wider:
            problems["fields"] = [_("Not asked for: %(names)s.") % {"names": ", ".join(wider)[:200]}]
        request.fields = list(dict.fromkeys(fields))
    if days is not None:
        if not 1 <= days <= request.days:
            problems["days"] = [_("Between 1 and %(days)s days: no longer than asked.") % {"days": request.days}]
        request.days = days
    longest = longest_days(request.dataset.level)
    if not problems and request.days > longest:
        problems["days"] = [_("At most %(days)s days for data of this level.") % {"days": longest}]
    if rate_per_hour is not None:
        if rate_per_hour < 1 or (request.rate_per_hour and rate_per_hour > request.rate_per_hour):
            problems["rate_per_hour"] = [_("At least 1, and no more than asked.")]
        request.rate_per_hour = rate_per_hour
    if problems:
        raise Invalid(problems)


def _unknown(dataset: Dataset, fields: Iterable[str]) -> list[str]:
    known = set(Field.objects.filter(dataset=dataset, absent_since=None).values_list("path", flat=True))
    return sorted(set(fields) - known)


def _tidy_region(region: str) -> str:
    region = region.strip()
    return region.upper() if len(region) <= 3 else region


def _check(wanted: AccessRequest) -> None:
    problems: dict[str, list[str]] = {}
    unknown = _unknown(wanted.dataset, wanted.fields) if wanted.fields else []
    if unknown:
        problems["fields"] = [_("There is no field “%(names)s”.") % {"names": ", ".join(unknown)[:200]}]
    if not wanted.actions or set(wanted.actions) - set(DataAction.values):
        problems["actions"] = [_("Say what is to be done: read, train or write.")]
    if not wanted.purpose or slugify(wanted.purpose) != wanted.purpose:
        problems["purpose"] = [_("A short name in small letters, for example claims-handling.")]
    if not wanted.purpose_details:
        problems["purpose_details"] = [_("Say what the data is for, so that others understand it.")]
    if wanted.days < 1:
        problems["days"] = [_("At least one day.")]
    if wanted.rate_per_hour is not None and wanted.rate_per_hour < 1:
        problems["rate_per_hour"] = [_("At least 1, or nothing for no limit.")]
    if problems:
        raise Invalid(problems)
    words = {name: getattr(wanted, name) for name in ("purpose", "purpose_details", "region", "fail_mode", "days")}
    check_fields(AccessRequest, words)
    check_words({"purpose_details": wanted.purpose_details})
