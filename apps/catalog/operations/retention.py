"""Retention: how long data is kept, what holds it, and the attested proof that it went."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from apps.audit.operation import operation
from apps.catalog import permissions
from apps.catalog.events import Event
from apps.catalog.models import Dataset, Deletion, LegalHold, RetentionEnd, RetentionPolicy, RetentionSource
from apps.catalog.queries.retention import copies_of, holds_on, standing_policy
from apps.evidence import operations as evidence_operations
from apps.evidence.models import Evidence
from apps.inventory.operations.checks import check_fields, check_words, need_reason
from apps.kernel import clock
from apps.kernel.actors import Actor
from apps.kernel.errors import Conflict, Invalid
from apps.kernel.identifiers import next_key
from apps.kernel.permissions import Permission

from .datasets import look_again

# Deletion runs about monthly: that long after its time data may stay before it is overdue.
RUNS_EVERY_DAYS = 30
LONGEST_DAYS = 36_525
# What the law or a steward said is not undone by a file.
STRENGTH = {RetentionSource.CONTRACT: 0, RetentionSource.STEWARD: 1, RetentionSource.LAW: 2}


@operation(Event.RETENTION_SET, needs=None, subject="dataset", may=permissions.may_set_retention)
def set_policy(
    *,
    actor: Actor,
    dataset: Dataset,
    days: int,
    source: str,
    basis: str = "",
    counted_from: str = "",
    at_the_end: str = RetentionEnd.DELETE,
    due_on: date | None = None,
) -> RetentionPolicy:
    """Say how long a dataset's rows are kept, in days; a contract never replaces what a steward or the law said."""
    if not 0 < days <= LONGEST_DAYS:
        raise Invalid({"days": [_("Give a number of days between 1 and %(most)s.") % {"most": LONGEST_DAYS}]})
    _check_due(due_on, days)
    values = {"basis": basis.strip(), "counted_from": counted_from.strip(), "at_the_end": at_the_end, "source": source}
    check_fields(RetentionPolicy, values | {"days": days})
    check_words(values)
    if source != RetentionSource.CONTRACT and not basis.strip():
        raise Invalid({"basis": [_("Say why it is kept that long: the law, the contract, the need.")]})
    standing = standing_policy(dataset)
    if standing is not None:
        if STRENGTH[RetentionSource(source)] < STRENGTH[RetentionSource(standing.source)]:
            if source == RetentionSource.CONTRACT:
                return standing
            raise Conflict(_("The law says how long this is kept: only another law replaces it."))
        if due_on in (None, standing.due_on) and _says(standing, values | {"days": days}):
            return standing
        standing.replaced_at = clock.now()
        standing.save(update_fields=["replaced_at"])
    made = RetentionPolicy.objects.create(
        dataset=dataset,
        days=days,
        due_on=due_on or (_first_day(dataset, days) if standing is None else _next_day(standing, days)),
        set_by_id=actor.id if actor.is_person else None,
        **values,
    )
    look_again(dataset)
    return made


@operation(Event.HOLD_PLACED, needs=Permission.CATALOG_HOLD_PLACE, may=permissions.may_place_hold)
def place_hold(*, actor: Actor, matter: str, reason: str, datasets: Iterable[Dataset]) -> LegalHold:
    """Keep datasets whatever their policy says, until the hold is released."""
    need_reason(reason)
    wanted = [dataset.pk for dataset in datasets]
    # Held before looking: a deletion that is being attested ends first, and the next one finds the hold.
    rows = Dataset.objects.filter(pk__in=wanted).order_by("pk")
    chosen = list(rows.select_for_update(of=("self",), no_key=True))
    problems: dict[str, list[str]] = {}
    if not matter.strip():
        problems["matter"] = [_("This cannot be empty.")]
    if not chosen:
        problems["datasets"] = [_("Name at least one dataset.")]
    if problems:
        raise Invalid(problems)
    check_words({"matter": matter, "reason": reason})
    check_fields(LegalHold, {"matter": matter})
    hold = LegalHold.objects.create(
        key=next_key("HLD"), matter=matter.strip(), reason=reason.strip(), placed_by_id=actor.id
    )
    hold.datasets.set(chosen)
    for dataset in chosen:
        look_again(dataset)
    return hold


@operation(Event.HOLD_RELEASED, needs=Permission.CATALOG_HOLD_PLACE, subject="hold", may=permissions.may_release_hold)
def release_hold(*, actor: Actor, hold: LegalHold, reason: str) -> LegalHold:
    """Let go what was held; the policy counts again, and what is overdue by now is due at once."""
    need_reason(reason)
    hold.released_at, hold.released_by_id, hold.released_reason = clock.now(), actor.id, reason.strip()
    hold.save(update_fields=["released_at", "released_by", "released_reason"])
    for dataset in hold.datasets.all():
        look_again(dataset)
    return hold


@operation(Event.DELETION_ATTESTED, needs=None, subject="dataset", may=permissions.may_attest_deletion)
def attest_deletion(
    *,
    actor: Actor,
    dataset: Dataset,
    up_to: date,
    rows_before: int,
    rows_deleted: int,
    rows_after: int,
    job_reference: str,
    evidence: Evidence | None = None,
    proof: tuple[str, bytes] | None = None,
    copies: Iterable[Dataset] = (),
    remark: str = "",
) -> Deletion:
    """Attest that rows went, with counts, job and file; refused while a hold keeps the data or a copy named with it."""
    named = list(copies)
    for held in (dataset, *named):
        _refuse_held(held)
    policy = standing_policy(dataset)
    _check_deletion(policy, up_to, (rows_before, rows_deleted, rows_after), job_reference, evidence or proof, remark)
    _check_copies(dataset, named)
    made = Deletion.objects.create(
        key=next_key("DEL"),
        dataset=dataset,
        up_to=up_to,
        rows_before=rows_before,
        rows_deleted=rows_deleted,
        rows_after=rows_after,
        job_reference=job_reference.strip(),
        evidence=_evidence(actor, dataset, evidence, proof),
        remark=remark.strip(),
        attested_by_id=actor.id,
    )
    made.copies.set(named)
    _move_on(dataset, policy, made)
    return made


def _evidence(
    actor: Actor, dataset: Dataset, given: Evidence | None, proof: tuple[str, bytes] | None
) -> Evidence | None:
    """Return the evidence that was given, or keep the file as new evidence about the dataset."""
    if proof is None:
        return given
    kept: Evidence = evidence_operations.add_evidence(
        actor=actor, about=dataset, filename=proof[0], content=proof[1], title=_("Proof of deletion"), anchor="deletion"
    )
    return kept


def _move_on(dataset: Dataset, policy: RetentionPolicy | None, made: Deletion) -> None:
    """Set the next due day and what is left, and look at the dataset and its copies again."""
    if policy is not None:
        # A proof that comes late, of rows long gone, does not bring back those that went after them.
        newest = Deletion.objects.filter(dataset=dataset).order_by("-up_to").values_list("up_to", flat=True)[0]
        policy.due_on = newest + timedelta(days=policy.days + RUNS_EVERY_DAYS)
        policy.save(update_fields=["due_on"])
    dataset.row_count, dataset.counted_as_of = made.rows_after, made.attested_at
    dataset.save(update_fields=["row_count", "counted_as_of"])
    for touched in (dataset, *copies_of(dataset)):
        look_again(touched)


def _check_copies(dataset: Dataset, named: list[Dataset]) -> None:
    if {copy.pk for copy in named} - set(copies_of(dataset).values_list("pk", flat=True)):
        raise Invalid({"copies": [_("Lineage knows of no copy in one of these datasets.")]})


def _says(policy: RetentionPolicy, values: dict[str, Any]) -> bool:
    """Tell whether a policy says just this already."""
    return all(getattr(policy, name) == value for name, value in values.items())


def _refuse_held(dataset: Dataset) -> None:
    hold = holds_on(dataset).first()
    if hold is not None:
        raise Conflict(
            _("%(dataset)s is held by %(hold)s (%(matter)s): nothing of it may go until the hold is released.")
            % {"dataset": dataset.key, "hold": hold.key, "matter": hold.matter}
        )


def _check_deletion(
    policy: RetentionPolicy | None, up_to: date, rows: tuple[int, int, int], job: str, proof: Any, remark: str
) -> None:
    problems: dict[str, list[str]] = {}
    before, deleted, after = rows
    if min(rows) < 0:
        problems["rows_deleted"] = [_("Rows are counted from zero.")]
    elif before - deleted != after:
        problems["rows_after"] = [
            _("%(before)s rows less %(deleted)s are %(there)s, not %(after)s.")
            % {"before": before, "deleted": deleted, "there": before - deleted, "after": after}
        ]
    if up_to > clock.today():
        problems["up_to"] = [_("This day lies ahead.")]
    elif policy is not None and policy.source == RetentionSource.LAW and up_to > clock.today() - timedelta(policy.days):
        problems["up_to"] = [
            _("The law keeps these rows for %(days)s days: nothing after %(day)s may go.")
            % {"days": policy.days, "day": clock.today() - timedelta(policy.days)}
        ]
    if not job.strip():
        problems["job_reference"] = [_("Name the job that did it.")]
    if not proof:
        problems["proof"] = [_("Add the file that proves it: the job's report or log.")]
    if problems:
        raise Invalid(problems)
    check_words({"job_reference": job, "remark": remark})
    check_fields(Deletion, {"job_reference": job.strip()})


def _check_due(due_on: date | None, days: int) -> None:
    latest = clock.today() + timedelta(days=days + RUNS_EVERY_DAYS)
    if due_on is not None and due_on > latest:
        text = _("No later than %(day)s: the newest rows are old enough by then.") % {"day": latest}
        raise Invalid({"due_on": [text]})


def _first_day(dataset: Dataset, days: int) -> date:
    """Return when the first deletion is due: a run after the oldest rows can have come of age."""
    oldest = dataset.created_at.date() + timedelta(days=days)
    return max(oldest, clock.today()) + timedelta(days=RUNS_EVERY_DAYS)


def _next_day(standing: RetentionPolicy, days: int) -> date:
    """Return the due day under another policy: as much later as rows stay longer; what is overdue stays so.

    Rows that are to go earlier than was said until now have one run's time.
    """
    soon = clock.today() + timedelta(days=RUNS_EVERY_DAYS)
    return max(standing.due_on + timedelta(days=days - standing.days), min(standing.due_on, soon))
