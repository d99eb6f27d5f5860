"""Deciding at run time: look up, decide, write into the access log, and only then answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from apps.catalog import permissions
from apps.catalog.queries.decisions import facts_for
from apps.catalog.rules_pure import asking
from apps.catalog.rules_pure.asking import Asked, Malformed
from apps.catalog.rules_pure.deciding import Count, Verdict, decide
from apps.kernel import clock
from apps.kernel.actors import Actor
from apps.kernel.errors import Refused

from . import rates
from .accesslog import Answered, log_decisions


def evaluate(
    *, actor: Actor, asked: Asked, request_id: str = "", only_look: bool = False, about_all: bool = False
) -> Verdict:
    """Answer one question and keep the answer in the access log; `about_all`: the caller may ask about anybody."""
    count = rates.look_only if only_look else rates.count_use
    answered = _answer(actor, asked, count, about_all)
    log_decisions(actor=actor, answered=[answered], request_id=request_id)
    return answered.verdict


def evaluate_all(
    *, actor: Actor, document: Mapping[str, Any], request_id: str = "", about_all: bool = False
) -> list[dict[str, Any]]:
    """Answer the questions of a batch, as far as its semantic goes on, and keep the answers in the access log."""
    questions, semantic = asking.read_questions(document)
    answered, answers = [], []
    for question in questions:
        try:
            one = _answer(actor, asking.read_question(question), rates.count_use, about_all)
        except Malformed as problem:
            answers.append({"decision": False, "context": {"error": {"status": 400, "message": str(problem)}}})
        else:
            answered.append(one)
            answers.append(in_words(one.verdict))
        if not asking.goes_on(semantic, answers[-1]["decision"]):
            break
    log_decisions(actor=actor, answered=answered, request_id=request_id)
    return answers


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
    return Answered(asked, facts, decide(facts, question, clock.now(), count))
