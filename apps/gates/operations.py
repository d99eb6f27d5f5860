"""Every write at gates: publishing policy, submitting, deciding, withdrawing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from django.db import OperationalError
from django.utils.translation import gettext as _

from apps.accounts.models import Person
from apps.audit.operation import operation
from apps.inventory.models import AISystem
from apps.inventory.operations import issue_authorisation
from apps.inventory.queries import candidate_release
from apps.kernel import clock, dossier
from apps.kernel.actors import Actor
from apps.kernel.deferral import defer
from apps.kernel.errors import Conflict, Invalid
from apps.kernel.identifiers import next_key
from apps.kernel.permissions import Permission
from apps.work.models import Action
from apps.work.operations import owe_action, send_notice

from . import permissions, queries
from .checks import CHECKS
from .events import Event
from .models import APPROVING, Decision, Outcome, PolicyVersion, Review, ReviewState
from .rules_pure.policy import BadPolicy, missing, read_policy


@operation(Event.POLICY_PUBLISHED, needs=Permission.GATES_POLICY_EDIT, may=permissions.may_publish)
def publish_policy(*, actor: Actor, text: str, reason: str = "") -> PolicyVersion:
    """Publish a new version of the gate policy; reviews under way keep theirs."""
    try:
        policy = read_policy(text)
    except (BadPolicy, KeyError, TypeError, ValueError) as problem:
        raise Invalid({"text": [str(problem)]}) from problem
    unknown = sorted({name for gate in policy.gates.values() for name in gate.checks} - set(CHECKS))
    if unknown:
        raise Invalid({"text": [_("Unknown checks: %(names)s.") % {"names": ", ".join(unknown)}]})
    known = PolicyVersion.objects.filter(version=policy.version).first()
    if known is not None:
        if known.digest == policy.digest:
            return known
        raise Invalid(
            {"text": [_("Version %(version)s is published; give the change a new one.") % {"version": policy.version}]}
        )
    return PolicyVersion.objects.create(
        version=policy.version, text=text, digest=policy.digest, quorum=policy.as_data(), published_at=clock.now()
    )


@operation(Event.REVIEW_SUBMITTED, needs=Permission.GATES_REVIEW_SUBMIT, subject="system", may=permissions.may_submit)
def submit_review(*, actor: Actor, system: AISystem, gate: str, answers: dict[str, str] | None = None) -> Review:
    """Submit a system to a gate: run its checks, freeze and hash the dossier, and tell those who decide."""
    version = queries.version_in_force()
    policy = queries.policy_of(version)
    found = {entry.gate: entry for entry in queries.open_gates(system, policy)}.get(gate)
    if found is None:
        raise Invalid({"gate": [_("This system cannot be submitted to that gate from where it stands.")]})
    _make_way(system, gate)
    blockers = queries.dry_run(system, found)
    if blockers.failed:
        raise Invalid({"": [f"{result.title}: {result.sentence}" for result in blockers.failed]})
    given = {name: (answers or {}).get(name, "").strip() for name in found.questions}
    empty = {
        name: [_("Answer this question: the reviewers decide on it.")] for name, text in given.items() if len(text) < 3
    }
    if empty:
        raise Invalid(empty)
    content = dossier.assemble(system) | {"review": _review_part(gate, version, policy, given)}
    frozen = dossier.canonical_bytes(content)
    review = Review.objects.create(
        key=next_key("REV"),
        system=system,
        gate=gate,
        environment=queries.environment_of(system, found),
        release=candidate_release(system),
        policy=version,
        tier=system.effective_tier,
        dossier=frozen,
        content_hash=dossier.content_hash(frozen),
        material_revision=system.material_revision,
        checks=[result.as_data() for result in blockers.results],
        submitted_by_id=actor.id,
        submitted_at=clock.now(),
        previous=Review.objects.filter(system=system, gate=gate).order_by("-submitted_at").first(),
    )
    defer("gates.announce", review=str(review.pk))
    return review


def _make_way(system: AISystem, gate: str) -> None:
    """Close an open review that the system has left behind; what was said in it stays on record."""
    try:
        # Deciding holds the review first and the system after it: never wait here for the other way round.
        standing = Review.objects.select_for_update(nowait=True).filter(
            system=system, gate=gate, state__in=["waiting", "conditions"]
        )
        opened = standing.first()
    except OperationalError as busy:
        raise Conflict(_("Somebody decides on the open review at this moment; try again.")) from busy
    if opened is None:
        return
    if not queries.stale_fields(opened):
        raise Invalid({"gate": [_("A review of this gate is open already: %(key)s.") % {"key": opened.key}]})
    _close(opened, ReviewState.WITHDRAWN)


def _review_part(gate: str, version: PolicyVersion, policy: Any, given: dict[str, str]) -> dict[str, Any]:
    answers = [{"question": policy.questions[name].text, "answer": text} for name, text in given.items()]
    return {"gate": gate, "policy": version.version, "policy_digest": version.digest, "answers": answers}


@operation(Event.REVIEW_DECIDED, needs=None, subject="review", may=permissions.may_decide)
def decide(
    *,
    actor: Actor,
    review: Review,
    lane: str,
    outcome: str,
    content_hash: str,
    reason: str,
    conditions: Sequence[dict[str, Any]] = (),
) -> Decision:
    """Say one's word in a lane, on exactly the content whose hash one saw; the last word needed closes the review."""
    if content_hash != review.content_hash:
        raise Conflict(_("The review was opened on other content; look at it again."), theirs=review.content_hash)
    if outcome not in Outcome:
        raise Invalid({"outcome": [_("Choose one of the answers.")]})
    if not reason.strip():
        raise Invalid({"reason": [_("Give the reason: the owner and the auditor read it.")]})
    wanted = [_condition(entry) for entry in conditions if str(entry.get("text", "")).strip()]
    if (outcome == Outcome.APPROVE_WITH_CONDITIONS) != bool(wanted):
        raise Invalid({"conditions": [_("Approving with conditions needs at least one, any other answer none.")]})
    _hold_still(review)
    decision = Decision.objects.create(
        review=review,
        person_id=actor.id,
        lane=lane,
        outcome=outcome,
        content_hash=content_hash,
        reason=reason.strip(),
        conditions=wanted,
        decided_at=clock.now(),
    )
    _conclude(actor, review, decision)
    return decision


def _hold_still(review: Review) -> None:
    """Hold the system until the decision is written, and refuse it when the system moved in the meantime."""
    AISystem.objects.select_for_update(of=("self",), no_key=True).get(pk=review.system_id)
    stale = queries.stale_fields(review)
    if stale:
        raise Conflict(_("The system changed while you decided: %(fields)s.") % {"fields": ", ".join(stale)})


def _condition(entry: dict[str, Any]) -> dict[str, str]:
    try:
        due = date.fromisoformat(str(entry.get("due", "")))
    except ValueError:
        raise Invalid({"conditions": [_("Each condition needs the day on which it is due.")]}) from None
    if due < clock.today():
        raise Invalid({"conditions": [_("A condition is due in the future.")]})
    when = "before" if entry.get("when") == "before" else "after"
    return {"text": str(entry["text"]).strip()[:300], "when": when, "due": due.isoformat()}


def _conclude(actor: Actor, review: Review, decision: Decision) -> None:
    """Close the review when this word was the last one needed, and tell its submitter what was said."""
    if decision.outcome in APPROVING:
        decisions = list(review.decisions.all())
        needed = queries.policy_of(review.policy).gates[review.gate].lanes(review.tier)
        if not missing(needed, queries.approvals(decisions)):
            _approve(actor, review, decisions)
    else:
        changes = decision.outcome == Outcome.REQUEST_CHANGES
        _close(review, ReviewState.CHANGES_REQUESTED if changes else ReviewState.REJECTED)
    text = _("%(review)s: %(name)s said “%(outcome)s”") % {
        "review": review.key, "name": decision.person, "outcome": decision.get_outcome_display(),
    }  # fmt: skip
    send_notice(actor=actor, person=review.submitted_by, text=text, about=review, kind="review")


def _close(review: Review, state: str) -> None:
    review.state, review.closed_at = state, clock.now()
    review.save(update_fields=["state", "closed_at"])


def _approve(actor: Actor, review: Review, decisions: list[Decision]) -> None:
    """Turn conditions into owed work; issue the authorisation unless some are due before use."""
    before = False
    owner = review.system.owner or review.submitted_by
    for decision in decisions:
        for entry in decision.conditions:
            due = datetime.combine(date.fromisoformat(entry["due"]), time(23, 59), tzinfo=UTC)
            owe_action(
                actor=decision.person.as_actor(), about=review.system, title=entry["text"], owner=owner, due_at=due, kind="condition",
                source=f"{review.key} {entry['when']}",
            )  # fmt: skip
            before = before or entry["when"] == "before"
    if before:
        review.state = ReviewState.CONDITIONS
        review.save(update_fields=["state"])
    else:
        _issue(actor, review, decisions)


def _issue(actor: Actor, review: Review, decisions: list[Decision]) -> None:
    _close(review, ReviewState.APPROVED)
    issue_authorisation(
        actor=actor,
        system=review.system,
        gate=review.gate,
        environment=review.environment,
        content_hash=review.content_hash,
        valid_until=queries.valid_until(review),
        conditions=[entry["text"] for decision in decisions for entry in decision.conditions],
        review_id=review.pk,
        release=review.release,
    )


@operation(Event.REVIEW_AUTHORISED, needs=Permission.GATES_REVIEW_SUBMIT, subject="review", may=permissions.may_collect)
def collect_authorisation(*, actor: Actor, review: Review) -> Review:
    """Issue the authorisation of an approved review once every condition before use was accepted."""
    waiting = Action.objects.filter(source=f"{review.key} before").exclude(status__in=["accepted", "cancelled"]).first()
    if waiting is not None:
        raise Invalid(_("Still open: %(title)s") % {"title": waiting.title})
    _issue(actor, review, list(review.decisions.all()))
    return review


@operation(Event.REVIEW_WITHDRAWN, needs=Permission.GATES_REVIEW_SUBMIT, subject="review", may=permissions.may_withdraw)
def withdraw_review(*, actor: Actor, review: Review, reason: str) -> Review:
    """Take a review back; what was said stays on record."""
    if not reason.strip():
        raise Invalid({"reason": [_("Say why it is withdrawn.")]})
    _close(review, ReviewState.WITHDRAWN)
    return review


@operation(Event.REVIEW_EXPIRED, needs=None, subject="review", may=permissions.may_expire)
def expire_review(*, actor: Actor, review: Review) -> Review:
    """Close a review that waited longer than its policy lets it, and tell its submitter."""
    _close(review, ReviewState.EXPIRED)
    text = _("%(review)s lapsed without its decisions; submit the system again") % {"review": review.key}
    send_notice(actor=actor, person=review.submitted_by, text=text, about=review, kind="review")
    return review


def reviewers_of(review: Review) -> list[Person]:
    """Return the people who could decide in one of the review's lanes."""
    policy = queries.policy_of(review.policy)
    wanted = [policy.lanes[lane].permission for lane in policy.gates[review.gate].lanes(review.tier)]
    people = Person.objects.active().filter(permissions.holders_of(wanted)).distinct()
    return [
        person
        for person in people
        if any(decision for _l, _t, decision in permissions.lanes_open_to(person.as_actor(), review))
    ]
