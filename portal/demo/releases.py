"""What some systems of the fictional insurer are made of, where it runs, and what went back again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from apps.gates import operations as gates
from apps.gates import permissions as gate_permissions
from apps.inventory.models import AISystem, Release
from apps.kernel import clock
from apps.registry import operations as registry
from apps.registry.models import Artefact

from .history import gate_lanes
from .models import digest_of, version
from .organisation import person

EU = "EU"
CHANGED = {
    "what_changed": "The parts that differ stand beside this; for people nothing else changes.",
    "change_tested": "On the evaluation of the model's card, and for a week beside the running release.",
    "rollback": "One action in the portal by the duty officer; the drill took less than a second.",
}
URGENCY_LIMITS = '{"urgent_from": %s, "night_team_from": 0.9, "unknown_counts_as": "%s"}'
CHATBOT_PROMPT = """You answer customers of Aurelia about their products, in the language they write in.
Answer only from the passages you are given, and name the product sheet.
%s
If a person reports a claim, give them the number of the hotline and stop.
"""
NO_PROMISES = """block: promises of cover, amounts or dates
block: advice about health
rewrite: numbers of accounts and policies, to the last three digits
"""
MINUTES_PROMPT = """Summarise the meeting in three parts: decided, to be done with name and day, open.
Leave out what was said about people who were not there.
"""
LETTER_PROMPT = """Draft a letter to the claimant from the facts below. Plain words, no more than a page.
State every amount exactly as given. Leave the reason of a refusal to the clerk.
"""
INDEX = (
    '{"documents": %d, "source": "product sheets of %s", "embedding": "multilingual, 1,024 dimensions", "chunk": 600}'
)


def build_releases() -> None:
    """Compose, approve, deploy, practise and go back; once."""
    if Release.objects.exists():
        return
    triage, chatbot, minutes = (_running(name) for name in ("Claims triage", "Customer chatbot", "Meeting summaries"))
    if triage is not None:
        _triage(triage)
    if chatbot is not None:
        _chatbot(chatbot)
    if minutes is not None:
        with _ago(50):
            parts = [_part(minutes, "prompt", "Minutes", MINUTES_PROMPT)]
            release = _compose(minutes, [version("Northwind Small", "2026-03")], parts, "2026.1")
        if _approve(minutes, 48):
            _run(minutes, release, "production", 46, "First release on record")
    letters = AISystem.objects.filter(name="Claims letter drafts").first()
    if letters is not None:
        with _ago(15):
            parts = [_part(letters, "prompt", "Letter", LETTER_PROMPT)]
            release = _compose(letters, [version("Claims letter writer", "0.9")], parts, "0.9 trial")
        _run(letters, release, "test", 14, "For the clerks who compare letters")


def _triage(system: AISystem) -> None:
    owner = system.owner.as_actor()
    with _ago(80):
        limits = _part(system, "parameters", "Queue limits", URGENCY_LIMITS % ("0.72", "not urgent"))
        first = _compose(system, [version("Claims urgency", "1.4")], [limits], "2026.1", image="claims-triage 41")
    if not _approve(system, 76):
        return
    _run(system, first, "production", 74, "First release under its own approval")
    with _ago(30):
        limits = _part(system, "parameters", "Queue limits", URGENCY_LIMITS % ("0.68", "not urgent"))
        second = _compose(system, [version("Claims urgency", "1.5")], [limits], "2026.2", image="claims-triage 44")
    if not _approve(system, 22):
        return
    _run(system, second, "production", 20, "Warnings of the weather service count")
    with _ago(19):
        registry.run_drill(
            actor=owner, system=system, environment="production", region=EU, to_release=first,
            reason="Practice of the night team, as every quarter",
        )  # fmt: skip
    with _ago(4):
        back = registry.roll_back(
            actor=owner, system=system, environment="production", region=EU, to_release=first,
            reason="Claims with hail are sorted to the end since the weather service sends a new code.",
        )  # fmt: skip
    with clock.travel(clock.now() - timedelta(days=4) + timedelta(minutes=3)):
        _see(system, first, "production")
    with _ago(2):
        back.refresh_from_db()
        registry.review_rollback(
            actor=person("Simon Adler").as_actor(), rollback=back,
            review="Going back was right and took three minutes until it was seen. Unknown codes count as urgent from 2026.3 on.",
        )  # fmt: skip
    with _ago(1):
        limits = _part(system, "parameters", "Queue limits", URGENCY_LIMITS % ("0.68", "urgent"))
        _compose(system, [version("Claims urgency", "1.5")], [limits], "2026.3", image="claims-triage 45")
        _submit(system)


def _chatbot(system: AISystem) -> None:
    with _ago(85):
        parts = [
            _part(system, "prompt", "Answers", CHATBOT_PROMPT % "If the passages say nothing, say so."),
            _part(system, "guardrail", "No promises", NO_PROMISES),
            _part(system, "retrieval_index", "Product sheets", INDEX % (1840, "spring 2026")),
            _part(system, "parameters", "Generation", '{"temperature": 0.2, "max_tokens": 700}'),
        ]
        first = _compose(system, [version("Northwind Large", "2025-09")], parts, "2026.1")
    if not _approve(system, 82):
        return
    _run(system, first, "production", 80, "First release under its own approval")
    with _ago(12):
        _part(system, "prompt", "Answers", CHATBOT_PROMPT % "If the passages say nothing, offer a call-back.")
        _part(system, "retrieval_index", "Product sheets", INDEX % (1912, "autumn 2026"))
        parts = [artefact.versions.order_by("-number").first() for artefact in Artefact.objects.filter(system=system)]
        second = _compose(system, [version("Northwind Large", "2026-06")], parts, "2026.2")
    if _approve(system, 8):
        with clock.travel(clock.now() - timedelta(minutes=20)):
            _permits(system, second)


def _permits(system: AISystem, release: Release) -> None:
    owner = system.owner.as_actor()
    wrong = registry.issue_permit(
        actor=owner, system=system, release=release, environment="production", region=EU, minutes=600
    )
    registry.revoke_permit(actor=owner, permit=wrong, reason="The pipeline of the test environment had asked for it.")
    registry.issue_permit(
        actor=owner, system=system, release=release, environment="production", region=EU, minutes=1_440
    )


def _running(name: str) -> AISystem | None:
    return AISystem.objects.filter(name=name, stage="production", operating_status="running").first()


def _ago(days: float) -> Any:
    return clock.travel(clock.now() - timedelta(days=days))


def _part(system: AISystem, kind: str, name: str, content: str) -> Any:
    actor = system.owner.as_actor()
    artefact = registry.register_artefact(actor=actor, system=system, kind=kind, name=name)
    return registry.add_artefact_version(actor=actor, artefact=artefact, content=content)


def _compose(system: AISystem, models: list[Any], parts: list[Any], name: str, *, image: str = "") -> Release:
    others = []
    if image:
        title, number = image.split()
        others = [{"kind": "image", "name": title, "version": number, "digest": digest_of(image)}]
    return registry.compose_release(
        actor=system.owner.as_actor(), system=system, model_versions=models, artefact_versions=parts, others=others,
        name=name,
    )  # fmt: skip


def _submit(system: AISystem) -> Any:
    system.refresh_from_db()
    return gates.submit_review(actor=system.owner.as_actor(), system=system, gate="G5", answers=CHANGED)


def _approve(system: AISystem, days: float) -> bool:
    """Let the newest release be submitted and decided on by everybody who is needed; tell whether it was approved."""
    with _ago(days):
        review = _submit(system)
    with _ago(days - 1):
        for voter in gates.reviewers_of(review):
            review.refresh_from_db()
            lacking = {state.name for state in gate_lanes(review) if state.lacking}
            offered = gate_permissions.lanes_open_to(voter.as_actor(), review)
            lane = next((name for name, _title, may in offered if may and name in lacking), None)
            if review.state == "waiting" and lane:
                gates.decide(
                    actor=voter.as_actor(), review=review, lane=lane, outcome="approve",
                    content_hash=review.content_hash, reason="The change is small, tested, and can be taken back.",
                )  # fmt: skip
    review.refresh_from_db()
    system.refresh_from_db()
    return bool(review.state == "approved")


def _run(system: AISystem, release: Release, environment: str, days: float, reason: str) -> None:
    with _ago(days):
        registry.deploy(
            actor=system.owner.as_actor(), system=system, release=release, environment=environment, region=EU,
            reason=reason,
        )  # fmt: skip
    with clock.travel(clock.now() - timedelta(days=days) + timedelta(minutes=7)):
        _see(system, release, environment)


def _see(system: AISystem, release: Release, environment: str) -> None:
    registry.observe(
        actor=person("Dana Petrov").as_actor(), system=system, environment=environment, region=EU, release=release,
        source="cluster agent, Frankfurt",
    )  # fmt: skip
