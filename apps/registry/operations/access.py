"""Access to models: asking, deciding with two people where it takes two, taking back."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.text import slugify
from django.utils.translation import gettext as _

from apps.audit.operation import operation
from apps.catalog.models import Category, RequestStatus
from apps.inventory.models import UseCase
from apps.inventory.operations.checks import check_fields, check_words, need_reason
from apps.kernel import clock
from apps.kernel.actors import Actor
from apps.kernel.errors import Conflict, Invalid
from apps.kernel.identifiers import next_key
from apps.registry import permissions
from apps.registry.events import Event
from apps.registry.models import AIModel, ModelAccessRequest, ModelGrant
from apps.registry.queries import access as queries
from apps.registry.rules_pure import access_policy
from apps.registry.rules_pure.access_policy import RefusedByPolicy, has_risen

from .grants import TERMS, carry_on, issue_model_grant
from .telling import tell_deciders, tell_requester

NARROWER = ("days", "max_tokens", "rate_limit", "budget")
LARGEST = {"max_tokens": 10_000_000, "rate_limit": 1_000_000_000, "rate_window": 86_400}


@operation(Event.ACCESS_REQUESTED, needs=None, within_reach_of="ai_model", may=permissions.may_request_model)
def request_model_access(
    *,
    actor: Actor,
    ai_model: AIModel,
    subject: Any,
    use_case: UseCase,
    environment: str,
    purpose: str,
    purpose_details: str,
    days: int,
    fail_mode: str | None = None,
    **bounds: Any,
) -> ModelAccessRequest:
    """Ask that a person, system or service identity may call a model; what the policy forbids is refused and not kept.

    Bounds: alias or model_version, modalities, region, max_tokens, max_temperature, tools, any_tool, data_level, data_categories, rate_limit, rate_window,
    budget, budget_period, currency. Without `fail_mode` it is what is usual for the use case's tier.
    """
    terms = _tidy(bounds) | {"purpose": purpose.strip(), "purpose_details": purpose_details.strip()}
    wanted = ModelAccessRequest(
        ai_model=ai_model,
        **queries.subject_columns(subject),
        use_case=_use_case(use_case),
        environment=environment,
        days=days,
        requester_id=actor.id,
        **terms,
    )
    wanted.tier_seen = wanted.use_case.effective_tier
    wanted.fail_mode = fail_mode or access_policy.usual_fail_mode(wanted.tier_seen)
    _check(wanted)
    refuse_by_policy(wanted, days)
    _refuse_twice(wanted)
    wanted.key = next_key("MAR")
    wanted.save(force_insert=True)
    tell_deciders(actor, wanted)
    return wanted


@operation(Event.ACCESS_REQUESTED, needs=None, within_reach_of="grant", may=permissions.may_request_extension)
def request_extension(*, actor: Actor, grant: ModelGrant, days: int, reason: str) -> ModelAccessRequest:
    """Ask for more time on a grant; it is decided like the first request."""
    need_reason(reason)
    request = renewal_of(grant, days=days, requester_id=actor.id, purpose_details=reason.strip())
    tell_deciders(actor, request)
    return request


@operation(Event.ACCESS_WITHDRAWN, needs=None, subject="request", may=permissions.may_withdraw_model_request)
def withdraw_model_request(*, actor: Actor, request: ModelAccessRequest, reason: str = "") -> ModelAccessRequest:
    """Take back what was asked for while it waits."""
    if request.status not in (RequestStatus.WAITING, RequestStatus.SECOND):
        raise _decided(request)
    request.status = RequestStatus.WITHDRAWN
    request.save(update_fields=["status"])
    return request


def decide_model_request(
    *, actor: Actor, request: ModelAccessRequest, approve: bool, reason: str, **narrower: Any
) -> ModelAccessRequest:
    """Decide, first or second as the request stands; `second` (what the decider saw) turns a surprise into a conflict."""
    does = approve_model_request if approve else refuse_model_request
    return does(actor=actor, request=request, reason=reason, **narrower)


@operation(Event.ACCESS_APPROVED, needs=None, subject="request", may=permissions.may_decide_model_request)
def approve_model_request(
    *,
    actor: Actor,
    request: ModelAccessRequest,
    reason: str,
    second: bool | None = None,
    fail_mode: str | None = None,
    **narrower: Any,
) -> ModelAccessRequest:
    """Approve, narrower where that is enough; the grant stands when nobody else must decide.

    For a high tier “last known” stays only where the second decision says so (`fail_mode`).
    """
    is_second = _must_wait(request, second)
    need_reason(reason, _("Say why it may be, in a sentence that others understand later."))
    request.use_case = UseCase.objects.select_for_update(of=("self",), no_key=True).get(pk=request.use_case_id)
    tier = request.use_case.effective_tier
    _narrow(request, narrower, fail_mode)
    last = not access_policy.needs_second(tier) or (is_second and not has_risen(tier, request.tier_seen))
    agreed = not last or not access_policy.is_high(tier) or fail_mode == "last_known"
    refuse_by_policy(request, request.days, last_known_agreed=agreed)
    if is_second and last:
        request.second_by_id, request.second_at, request.second_reason = actor.id, clock.now(), reason.strip()
    else:
        # Whoever decided while the use case was lower decided on something else: this is the first decision.
        request.decided_by_id, request.decided_at, request.decided_reason = actor.id, clock.now(), reason.strip()
    two = access_policy.needs_second(tier) or access_policy.needs_second(request.tier_seen)
    request.status = RequestStatus.APPROVED if request.second_by_id or not two else RequestStatus.SECOND
    request.tier_seen = tier
    request.save()
    _follow(actor, request, reason)
    return request


@operation(Event.ACCESS_REFUSED, needs=None, subject="request", may=permissions.may_decide_model_request)
def refuse_model_request(
    *, actor: Actor, request: ModelAccessRequest, reason: str, second: bool | None = None, **_narrower: Any
) -> ModelAccessRequest:
    """Refuse with the reason; one refusal is enough where two decide."""
    is_second = _must_wait(request, second)
    need_reason(reason, _("Say why not, in a sentence that the person who asked understands."))
    prefix = "second" if is_second else "decided"
    for name, value in (("by_id", actor.id), ("at", clock.now()), ("reason", reason.strip())):
        setattr(request, f"{prefix}_{name}", value)
    request.status, request.tier_seen = RequestStatus.REFUSED, request.use_case.effective_tier
    request.save()
    tell_requester(actor, request, _("Refused: %(request)s") % {"request": request.key})
    return request


def renewal_of(grant: ModelGrant, *, days: int, **values: Any) -> ModelAccessRequest:
    """Keep a request that would carry a grant on; one at a time."""
    if grant.state in ("revoked", "expired"):
        raise Invalid(_("This grant has ended: ask anew."))
    terms = {name: getattr(grant, name) for name in TERMS} | values
    request = ModelAccessRequest(renews=grant, days=days, **({"tier_seen": grant.use_case.effective_tier} | terms))
    _check(request)
    refuse_by_policy(request, days)
    if ModelAccessRequest.objects.waiting().filter(renews=grant).exists():
        raise Conflict(_("Somebody has asked for more time already: it waits for a decision."), theirs=grant)
    request.key = next_key("MAR")
    request.save(force_insert=True)
    return request


def refuse_by_policy(terms: Any, days: int, *, last_known_agreed: bool = True) -> None:
    """Refuse what contradicts the policy, naming each rule."""
    found = queries.refusals_for(terms, days, last_known_agreed=last_known_agreed)
    if found:
        raise RefusedByPolicy(found)


def _follow(actor: Actor, request: ModelAccessRequest, reason: str) -> None:
    """Make or carry on the grant of an approved request, or tell who decides second."""
    if request.status != RequestStatus.APPROVED:
        tell_deciders(actor, request)
        return
    if request.renews is None:
        issue_model_grant(actor=actor, request=request, reason=reason)
    else:
        carry_on(actor=actor, grant=request.renews, request=request, reason=reason)
    tell_requester(actor, request, _("You may: %(request)s was approved") % {"request": request.key})


def _must_wait(request: ModelAccessRequest, second: bool | None) -> bool:
    """Return whether this is the second decision; what is decided is decided, and nobody decides second unawares."""
    if request.status not in (RequestStatus.WAITING, RequestStatus.SECOND):
        raise _decided(request)
    is_second = request.status == RequestStatus.SECOND
    if second is False and is_second:
        words = _("%(name)s decided first while you read: now it takes a second decision.")
        raise Conflict(words % {"name": request.decided_by}, theirs=request)
    if second and not is_second:
        raise Conflict(_("This request waits for its first decision."), theirs=request)
    return is_second


def _decided(request: ModelAccessRequest) -> Conflict:
    person = request.second_by or request.decided_by or request.requester
    status = request.get_status_display().lower()
    words = _("This is decided already: %(status)s by %(name)s.") % {"status": status, "name": person}
    return Conflict(words, theirs=request)


def _refuse_twice(wanted: ModelAccessRequest) -> None:
    names = ("ai_model", "person", "system", "service", "use_case", "environment", "purpose", "alias", "model_version")
    known = ModelAccessRequest.objects.waiting().filter(**{name: getattr(wanted, name) for name in names}).first()
    if known is not None:
        raise Invalid(_("%(key)s asks for the same and waits for its decision.") % {"key": known.key})


def _narrow(request: ModelAccessRequest, narrower: dict[str, Any], fail_mode: str | None) -> None:
    problems: dict[str, list[str]] = {}
    for name, value in narrower.items():
        if name not in NARROWER:
            problems[name] = [_("There is no such bound.")]
        elif value is not None:
            asked = getattr(request, name)
            if value <= 0 or (asked is not None and value > asked):
                problems[name] = [_("More than nothing, and no more than asked.")]
            setattr(request, name, value)
    if fail_mode is not None:
        if fail_mode == "last_known" and request.fail_mode != "last_known":
            problems["fail_mode"] = [_("This was not asked for.")]
        request.fail_mode = fail_mode
    if problems:
        raise Invalid(problems)
    check_fields(ModelAccessRequest, {name: getattr(request, name) for name in (*NARROWER, "fail_mode")})


def _use_case(use_case: UseCase | None) -> UseCase:
    if use_case is None:
        raise RefusedByPolicy([access_policy.NO_USE_CASE])
    return UseCase.objects.get(pk=use_case.pk)


def _tidy(bounds: dict[str, Any]) -> dict[str, Any]:
    unknown = sorted(set(bounds) - set(TERMS))
    if unknown:
        raise Invalid({name: [_("There is no such bound.")] for name in unknown})
    tidied = dict(bounds)
    tidied["alias"] = str(tidied.get("alias") or "").strip()
    tidied["modalities"] = list(dict.fromkeys(tidied.get("modalities", ("text",))))
    region = str(tidied.get("region") or "").strip()
    tidied["region"] = region.upper() if len(region) <= 3 else region
    for name in ("budget", "max_temperature"):
        if tidied.get(name) is not None:
            tidied[name] = Decimal(str(tidied[name]))
    if "currency" in tidied:
        tidied["currency"] = str(tidied["currency"]).strip().upper() or "EUR"
    return tidied


def _check(wanted: ModelAccessRequest) -> None:
    problems: dict[str, list[str]] = {}
    if not wanted.purpose or slugify(wanted.purpose) != wanted.purpose:
        problems["purpose"] = [_("A short name in small letters, for example claims-handling.")]
    if not wanted.purpose_details:
        problems["purpose_details"] = [_("Say what the model is called for, so that others understand it.")]
    if not 1 <= wanted.days <= 3650:
        problems["days"] = [_("At least one day, at most 3,650.")]
    if not wanted.modalities:
        problems["modalities"] = [_("Choose at least one.")]
    if set(wanted.data_categories) - set(Category.values):
        problems["data_categories"] = [_("There is no such kind of data.")]
    if wanted.model_version is not None and wanted.model_version.ai_model_id != wanted.ai_model_id:
        problems["model_version"] = [_("This version is of another model.")]
    if wanted.model_version is not None and wanted.alias:
        problems["alias"] = [_("Name a version or an alias, not both.")]
    if wanted.any_tool and wanted.tools:
        problems["tools"] = [_("Name the tools, or allow any: not both.")]
    if not (len(wanted.currency) == 3 and wanted.currency.isalpha()):
        problems["currency"] = [_("Three letters, for example EUR.")]
    problems |= _check_amounts(wanted)
    if problems:
        raise Invalid(problems)
    check_fields(ModelAccessRequest, {name: getattr(wanted, name) for name in TERMS if name != "data_categories"})
    check_words({"purpose_details": wanted.purpose_details})


def _check_amounts(wanted: ModelAccessRequest) -> dict[str, list[str]]:
    problems: dict[str, list[str]] = {}
    for name, most in LARGEST.items():
        value = getattr(wanted, name)
        if value is not None and not 1 <= value <= most:
            problems[name] = [_("At least 1, at most %(most)s.") % {"most": f"{most:,}"}]
    if wanted.budget is not None and wanted.budget <= 0:
        problems["budget"] = [_("More than nothing.")]
    if wanted.max_temperature is not None and not 0 <= wanted.max_temperature <= 2:
        problems["max_temperature"] = [_("Between 0 and 2.")]
    return problems
