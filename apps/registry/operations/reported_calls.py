"""Calls that a gateway decided alone, by a bundle: reported afterwards, held against the grants of then, and logged once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from apps.catalog.models import AccessKind, AccessOutcome, AccessRecord
from apps.catalog.operations import accesslog
from apps.kernel import clock
from apps.kernel.actors import Actor
from apps.kernel.errors import Invalid, Refused
from apps.kernel.identifiers import uuid7
from apps.registry import permissions
from apps.registry.models import ModelGrant, ModelVersion
from apps.registry.rules_pure.call_questions import can_be_kept, split_name

from . import counters

MOST_CALLS = 1_000
# A bundle is relied on for a week at most; a gateway may have been cut off as long again.
OLDEST = timedelta(days=14)
AHEAD = timedelta(minutes=5)
ALONE, WITHOUT_GRANT, REFUSED_ALONE = "MCL-020", "MCL-021", "MCL-022"


@dataclass(frozen=True, slots=True)
class Told:
    """One call as the gateway tells of it."""

    at: datetime
    grant: str
    model: str
    environment: str
    allowed: bool
    code: str
    bundle: str
    cost: Decimal


def report_calls(*, actor: Actor, calls: Any) -> dict[str, Any]:
    """Write calls that were decided by a bundle into the access log, all or none; what was told before stays as it is.

    A call that was let through by a grant which had ended by then, or never was, is written down as one without a grant.
    """
    may = permissions.may_report_usage(actor)
    if not may:
        raise Refused(may)
    items = _read(calls)
    with transaction.atomic():
        with connection.cursor() as cursor:
            # Two deliveries of the same report at once: the second waits, and finds what the first wrote.
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"registry.calls:{actor.id}"])
        known = AccessRecord.objects.filter(caller_id=actor.id, report_id__in=list(items))
        seen = set(known.values_list("report_id", flat=True))
        fresh = {number: one for number, one in items.items() if number not in seen}
        for month in {one.at.date().replace(day=1) for one in fresh.values()}:
            accesslog.make_month(month)
        named = {one.grant for one in fresh.values() if one.grant}
        grants = {
            one.key: one
            for one in ModelGrant.objects.filter(key__in=named).select_related(
                "ai_model", "use_case", "person", "system", "service"
            )
        }
        names = _names_of(grants.values())
        rows = [_row(actor, number, one, grants.get(one.grant), names) for number, one in fresh.items()]
        accesslog.write(rows)
        # Last, and within: what cannot be counted is not on record either, and is told again.
        with counters.needed():
            counters.add_spent(_spent(fresh.values(), grants))
    without = [row["report_id"] for row in rows if row["outcome"] == AccessOutcome.NO_GRANT]
    return {"taken": len(rows), "known": len(items) - len(rows), "without_grant": without}


def _spent(told: Iterable[Told], grants: Mapping[str, ModelGrant]) -> Iterator[tuple[ModelGrant, datetime, Decimal]]:
    """Give what the calls cost of the budgets of their grants; a budget may be overdrawn by what happened meanwhile."""
    for one in told:
        grant = grants.get(one.grant)
        if one.allowed and one.cost and grant is not None and grant.budget is not None:
            yield grant, one.at, one.cost


def _names_of(grants: Iterable[ModelGrant]) -> dict[Any, set[str]]:
    """Return the names by which a gateway may call the models of grants, whichever versions they are bound to."""
    models = {one.ai_model_id: one.ai_model for one in grants}
    names: dict[Any, set[str]] = {pk: {one.key, one.name} for pk, one in models.items()}
    for version in ModelVersion.objects.filter(ai_model__in=models):
        model = models[version.ai_model_id]
        said = {f"{model.name}:{version.name}", f"{model.key}:{version.name}", version.key, version.snapshot}
        names[version.ai_model_id] |= said - {""}
    return names


def _row(
    actor: Actor, number: UUID, told: Told, grant: ModelGrant | None, names: Mapping[Any, set[str]]
) -> dict[str, Any]:
    of_model = grant is not None and (not told.model or split_name(told.model)[0] in names[grant.ai_model_id])
    stood = grant is not None and of_model and _stood(grant, told)
    outcome = AccessOutcome.DENIED if not told.allowed else AccessOutcome.ALLOWED if stood else AccessOutcome.NO_GRANT
    rules = {AccessOutcome.DENIED: REFUSED_ALONE, AccessOutcome.ALLOWED: ALONE, AccessOutcome.NO_GRANT: WITHOUT_GRANT}
    kind = grant.subject_kind if grant is not None else "service"
    said = {"environment": told.environment, "code": told.code, "bundle": told.bundle}
    label = grant.ai_model.key if grant is not None and of_model else told.model
    return {
        "id": str(uuid7()), "at": told.at.isoformat(), "kind": AccessKind.CALL, "caller_kind": str(actor.kind),
        "caller_id": actor.id, "subject_kind": kind, "subject_id": str(grant.subject.pk) if grant else None,
        "subject_label": "" if kind == "person" else str(grant.subject)[:400] if grant else "(unknown)",
        "dataset_id": None, "dataset_label": label[:400],
        "fields": [f"{name}={value}"[:500] for name, value in said.items() if value], "action": "invoke",
        "purpose": grant.purpose if grant else "", "use_case": grant.use_case.key if grant else "", "region": "",
        "outcome": outcome, "rule": rules[outcome], "grant_key": told.grant if grant else "",
        "request_id": str(number), "report_id": str(number),
    }  # fmt: skip


def _stood(grant: ModelGrant, told: Told) -> bool:
    """Tell whether a grant stood at the moment of a call, for that environment."""
    ended = any(moment is not None and moment <= told.at for moment in (grant.revoked_at, grant.held_back_at))
    return grant.valid_from <= told.at < grant.valid_until and not ended and told.environment in ("", grant.environment)


def _read(calls: Any) -> dict[UUID, Told]:
    if not isinstance(calls, list) or not 1 <= len(calls) <= MOST_CALLS:
        raise Invalid({"calls": [_("A report holds between 1 and %(most)s calls.") % {"most": MOST_CALLS}]})
    items: dict[UUID, Told] = {}
    problems: dict[str, list[str]] = {}
    for place, one in enumerate(calls):
        try:
            number, told = _read_one(one)
            items.setdefault(number, told)
        except ValueError as problem:
            problems[f"calls.{place}"] = [str(problem)]
    if problems:
        raise Invalid(dict(list(problems.items())[:20]))
    return items


def _read_one(one: Any) -> tuple[UUID, Told]:
    if not isinstance(one, Mapping):
        raise ValueError(_("A call is an object."))
    try:
        number = UUID(str(one.get("id")))
    except ValueError:
        raise ValueError(_("id is a UUID that you make for the call and send again with it.")) from None
    if not isinstance(one.get("decision"), bool):
        raise ValueError(_("decision is true or false."))
    try:
        cost = Decimal(str(one.get("cost") or 0))
    except InvalidOperation:
        cost = Decimal("NaN")
    if not cost.is_finite() or not 0 <= cost <= 1_000_000:
        raise ValueError(_("cost is no amount."))
    names = {name: one.get(name) or "" for name in ("grant", "model", "environment", "code", "bundle")}
    if any(not isinstance(text, str) or len(text) > 200 or not can_be_kept(text) for text in names.values()):
        raise ValueError(_("A name is no text, or longer or odder than any name."))
    return number, Told(_moment(one.get("at")), allowed=one["decision"], cost=cost, **names)


def _moment(text: Any) -> datetime:
    try:
        at = datetime.fromisoformat(str(text))
    except ValueError:
        raise ValueError(_("at is a moment with its zone, such as 2026-11-23T09:30:00Z.")) from None
    if at.tzinfo is None:
        raise ValueError(_("at has no zone."))
    if not clock.now() - OLDEST <= at <= clock.now() + AHEAD:
        raise ValueError(_("at lies ahead, or more than %(days)s days back.") % {"days": OLDEST.days})
    # Its day and month are those of the log and of budgets, wherever the gateway stands.
    return at.astimezone(UTC)
