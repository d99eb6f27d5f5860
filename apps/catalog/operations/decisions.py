"""Deciding at run time: look up, decide, write into the access log, and only then answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from apps.catalog import permissions
from apps.catalog.queries.decisions import facts_for
from apps.catalog.rules_pure import asking
from apps.catalog.rules_pure.asking import Asked, Malformed
from apps.catalog.rules_pure.deciding import Count, Facts, Verdict, decide
from apps.kernel import clock
from apps.kernel.actors import Actor
from apps.kernel.deciders import decider_of
from apps.kernel.errors import Refused
from apps.kernel.permissions import Permission

from . import rates
from .accesslog import Answered, log_decisions, row_of, write


def evaluate(
    *, actor: Actor, asked: Asked, request_id: str = "", only_look: bool = False, about_all: bool = False
) -> Verdict:
    """Answer one question and keep the answer in the access log; `about_all`: the caller may ask about anybody."""
    count = rates.look_only if only_look else rates.count_use
    answered = _answer(actor, asked, count, about_all)
    log_decisions(actor=actor, answered=[answered], request_id=request_id)
    return answered.verdict


def permission_for(document: Mapping[str, Any]) -> Permission:
    """Return the permission that lets ask about anybody: that of the resource that is asked about first."""
    questions = document.get("evaluations")
    first = questions[0] if isinstance(questions, list) and questions else {}
    found = decider_of(first) or decider_of(document)
    return found.permission if found else Permission.CATALOG_ACCESS_EVALUATE


def evaluate_document(
    *, actor: Actor, document: Mapping[str, Any], request_id: str = "", about_all: Permission | None = None
) -> dict[str, Any]:
    """Answer one question in the form of AuthZEN; `about_all` is the permission that the caller is known to hold."""
    answer, row = _one(actor, document, request_id, about_all)
    write([row])
    return answer


def evaluate_all(
    *, actor: Actor, document: Mapping[str, Any], request_id: str = "", about_all: Permission | None = None
) -> list[dict[str, Any]]:
    """Answer the questions of a batch, as far as its semantic goes on, and keep the answers in the access log."""
    questions, semantic = asking.read_questions(document)
    rows, answers = [], []
    for question in questions:
        try:
            answer, row = _one(actor, question, request_id, about_all)
        except Malformed as problem:
            answer = {"decision": False, "context": {"error": {"status": 400, "message": str(problem)}}}
        else:
            rows.append(row)
        answers.append(answer)
        if not asking.goes_on(semantic, answer["decision"]):
            break
    write(rows)
    return answers


def _one(
    actor: Actor, document: Mapping[str, Any], request_id: str, about_all: Permission | None
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Answer one question, by whoever answers for its resource."""
    decider = decider_of(document)
    if decider is not None:
        held = about_all == decider.permission
        return decider.answer(actor=actor, document=document, request_id=request_id, about_all=held)
    held = about_all == Permission.CATALOG_ACCESS_EVALUATE
    answered = _answer(actor, asking.read_question(document), rates.count_use, held)
    return in_words(answered.verdict), row_of(actor=actor, one=answered, request_id=request_id)


def in_words(verdict: Verdict) -> dict[str, Any]:
    """Return an answer in the form of AuthZEN: the decision, and everything else in its context."""
    context: dict[str, Any] = {"rule": verdict.rule, "reason_user": verdict.reason}
    if verdict.allowed:
        return {"decision": True, "context": context | verdict.obligations}
    context |= {"reason_admin": verdict.detail or verdict.reason}
    context |= {"grant": verdict.grant.key} if verdict.grant else {}
    context |= {"ask": verdict.ask} if verdict.ask else {}
    return {"decision": False, "context": context}


def _answer(actor: Actor, asked: Asked, count: Count, about_all: bool) -> Answered:
    facts, question = facts_for(asked)
    about = facts.subject.id if facts.subject else ""
    may = permissions.may_ask_about(actor, asked.subject_kind, about, about_all=about_all)
    if not may:
        raise Refused(may)
    told = facts if about_all or permissions.may_know_of(actor, facts) else Facts(facts.subject, None)
    return Answered(asked, facts, decide(told, question, clock.now(), count))
