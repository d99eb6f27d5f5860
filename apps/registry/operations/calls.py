"""Deciding about model calls at run time: look up, decide, write into the access log, and only then answer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from apps.audit.operation import operation
from apps.catalog.models import AccessKind, AccessOutcome
from apps.catalog.operations import accesslog
from apps.kernel import clock
from apps.kernel.actors import Actor
from apps.kernel.errors import Invalid, Refused
from apps.kernel.identifiers import uuid7
from apps.registry import permissions
from apps.registry.events import Event
from apps.registry.models import BudgetSettlement, ModelGrant
from apps.registry.queries.calls import facts_for
from apps.registry.rules_pure.call_questions import AskedCall, read_call
from apps.registry.rules_pure.calling import Facts, Verdict, decide

from . import counters

MOST_REPORTED = 1_000
SETTLED_AT_ONCE = 500


def evaluate_call(
    *, actor: Actor, asked: AskedCall, request_id: str = "", only_look: bool = False, about_all: bool = False
) -> Verdict:
    """Answer one question about a call and keep the answer in the access log."""
    verdict, row = _answer(actor, asked, request_id, about_all, only_look)
    accesslog.write([row])
    return verdict


def answer_document(
    *, actor: Actor, document: Mapping[str, Any], request_id: str = "", about_all: bool = False
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Answer a question in the form of AuthZEN; return the answer and the row that the access log has to keep of it."""
    verdict, row = _answer(actor, read_call(document), request_id, about_all, False)
    return in_words(verdict), row


def in_words(verdict: Verdict) -> dict[str, Any]:
    """Return an answer in the form of AuthZEN: the decision, and everything else in its context."""
    context: dict[str, Any] = {"rule": verdict.rule, "reason_user": verdict.reason}
    if verdict.allowed:
        return {"decision": True, "context": context | verdict.obligations}
    context |= {"reason_admin": verdict.detail or verdict.reason}
    context |= {"grant": verdict.grant.key} if verdict.grant else {}
    context |= {"ask": verdict.ask} if verdict.ask else {}
    return {"decision": False, "context": context}


def _answer(
    actor: Actor, asked: AskedCall, request_id: str, about_all: bool, only_look: bool
) -> tuple[Verdict, dict[str, Any]]:
    facts, question = facts_for(asked)
    about = facts.subject.id if facts.subject else ""
    may = permissions.may_ask_about_calls(actor, asked.subject_kind, about, about_all=about_all)
    if not may:
        raise Refused(may)
    call_id = asked.call_id or str(uuid7())

    def count(grant: Any, said: Any) -> Any:
        return counters.look_only(grant, said) if only_look else counters.count_call(grant, said, call_id)

    verdict = decide(facts, question, clock.now(), count)
    if verdict.allowed and not only_look:
        verdict.obligations["call_id"] = call_id
    return verdict, _row(actor, asked, facts, verdict, request_id or call_id)


def _row(actor: Actor, asked: AskedCall, facts: Facts, verdict: Verdict, request_id: str) -> dict[str, Any]:
    """Return the columns that the access log keeps; people are named by id alone, as for data."""
    subject, model = facts.subject, facts.model
    unknown = "(unknown)" if asked.subject_kind == "person" else asked.subject[:400]
    known = "" if asked.subject_kind == "person" else (subject.label if subject else unknown)
    label = (model.key if model and model.key else asked.model)[:300] + (f"@{asked.alias}" if asked.alias else "")
    said = {
        "version": asked.version, "environment": asked.environment, "max_tokens": asked.max_tokens,
        "temperature": asked.temperature, "data_level": asked.data_level, "max_cost": asked.cost or None,
        "tools": ",".join(sorted(asked.tools)), "modalities": ",".join(sorted(asked.modalities)),
    }  # fmt: skip
    return {
        "id": str(uuid7()),
        "at": clock.now().isoformat(),
        "kind": AccessKind.CALL,
        "caller_kind": str(actor.kind),
        "caller_id": actor.id,
        "subject_kind": asked.subject_kind,
        "subject_id": subject.id if subject else None,
        "subject_label": known if subject else unknown,
        "dataset_id": None,
        "dataset_label": label[:400],
        "fields": [f"{name}={value}"[:500] for name, value in said.items() if value not in ("", None)],
        "action": "invoke",
        "purpose": asked.purpose,
        "use_case": asked.use_case,
        "region": asked.region,
        "outcome": AccessOutcome.ALLOWED if verdict.allowed else AccessOutcome.DENIED,
        "rule": verdict.rule,
        "grant_key": verdict.grant.key if verdict.grant else "",
        "request_id": request_id[:200],
    }


def report_usage(*, actor: Actor, usage: Any) -> dict[str, int]:
    """Take what calls really cost: a list of `call_id` and `cost`; the same call again changes nothing."""
    may = permissions.may_report_usage(actor)
    if not may:
        raise Refused(may)
    if not isinstance(usage, list) or len(usage) > MOST_REPORTED:
        raise Invalid({"usage": [_("Send a list of at most %(most)s calls.") % {"most": MOST_REPORTED}]})
    rows = [_usage(place, one) for place, one in enumerate(usage, 1)]
    counts = {"": 0, "known": 0, "unknown": 0}
    with counters.needed():
        for call_id, cost in rows:
            counts[counters.settle_call(call_id, cost)] += 1
    return {"taken": counts[""], "known": counts["known"], "unknown": counts["unknown"]}


def _usage(place: int, one: Any) -> tuple[str, Decimal]:
    call_id = one.get("call_id") if isinstance(one, dict) else None
    if not isinstance(call_id, str) or not 0 < len(call_id) <= 200 or "\x00" in call_id:
        raise Invalid({"usage": [_("Row %(place)s: call_id is missing.") % {"place": place}]})
    try:
        cost = Decimal(str(one.get("cost")))
    except InvalidOperation:
        cost = Decimal("NaN")
    if not cost.is_finite() or not 0 <= cost <= 1_000_000_000:
        raise Invalid({"usage": [_("Row %(place)s: cost is no amount.") % {"place": place}]})
    return call_id, cost


def settle_budgets(*, actor: Actor) -> int:
    """Write what was spent of budgets from the counters into PostgreSQL, also of periods and grants that ended.

    Returns how many changed; what was not written stays to be settled.
    """
    changed, last = 0, counters.last_change()
    while True:
        # Calls from this moment on are found in the access log, should the counters be lost before the next time.
        moment, some = clock.now(), counters.changed(SETTLED_AT_ONCE, last)
        changed += _settle_some(actor, some, moment)
        counters.are_settled(some)
        if len(some) < SETTLED_AT_ONCE:
            return changed


def _settle_some(actor: Actor, some: list[counters.Changed], moment: datetime) -> int:
    grants = ModelGrant.objects.in_bulk({one.grant for one in some})
    rows = BudgetSettlement.objects.filter(grant__in=grants, period__in={one.period for one in some})
    known = {(str(row.grant_id), row.period): row.spent for row in rows}
    changed = [
        one
        for one in some
        if UUID(one.grant) in grants and one.spent is not None and known.get((one.grant, one.period)) != one.spent
    ]
    for one in changed:
        settle_budget(actor=actor, grant=grants[UUID(one.grant)], period=one.period, spent=one.spent, moment=moment)
    return len(changed)


@operation(Event.BUDGET_SETTLED, needs=None, subject="grant", may=permissions.may_settle)
def settle_budget(
    *, actor: Actor, grant: ModelGrant, period: str, spent: Decimal, moment: datetime
) -> BudgetSettlement:
    """Keep what was spent of a grant's budget in a period, as it was at a moment."""
    made, _created = BudgetSettlement.objects.update_or_create(
        grant=grant, period=period, defaults={"spent": spent, "settled_at": moment}
    )
    return made
