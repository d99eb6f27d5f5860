"""Answering a gateway about one call: before it, may it be made and with which words; after it, which words come back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from apps.accounts.models import ServiceIdentity
from apps.catalog.rules_pure.asking import Malformed
from apps.kernel import clock
from apps.kernel.actors import Actor
from apps.registry.models import ModelGrant
from apps.registry.queries.calls import facts_for
from apps.registry.rules_pure import masking
from apps.registry.rules_pure.call_questions import AskedCall, can_be_kept, read_call, split_name
from apps.registry.rules_pure.calling import Verdict, categories_covered

from .calls import evaluate_call

MOST_TEXTS = 2_000
MOST_GRANTS = 1_000


def answer(*, actor: Actor, document: Any) -> dict[str, Any]:
    """Answer in the words of the gateway."""
    if not isinstance(document, dict):
        raise Malformed("The body is a JSON object.")
    side = document.get("input_type")
    if side not in ("request", "response"):
        raise Malformed("input_type is request or response.")
    texts = _texts(document.get("texts"))
    asked = _asked(document)
    if side == "response":
        # What comes back is no second call: it is looked at, and neither counted nor refused.
        return _rewritten(texts, _granted_categories(asked))
    # Data that the grant does not cover is masked, not refused: the question names no categories.
    verdict = evaluate_call(actor=actor, asked=asked, request_id=asked.call_id, about_all=True)
    if not verdict.allowed:
        return {"action": "BLOCKED", "blocked_reason": blocked_reason(verdict)}
    said = _rewritten(texts, frozenset(verdict.grant.data_categories) if verdict.grant else frozenset())
    # LiteLLM's own client reads nothing else; a gateway that keeps to obligations asks for them.
    beside = document.get("additional_provider_specific_params")
    wants = isinstance(beside, dict) and beside.get("obligations") is True
    return said | ({"obligations": verdict.obligations} if wants else {})


def blocked_reason(verdict: Verdict) -> str:
    """Return the sentence that the developer reads: which grant, which bound, whom to ask."""
    ask = f" Ask {verdict.ask}." if verdict.ask else ""
    return f"{verdict.reason} ({verdict.rule}){ask}"


def _rewritten(texts: list[str], allowed: frozenset[str]) -> dict[str, Any]:
    """Mask what the grant does not cover; nothing to mask: leave the texts as they are."""
    if all(masking.found_in(text) <= allowed for text in texts):
        return {"action": "NONE"}
    rewritten = [text if masking.found_in(text) <= allowed else masking.masked(text) for text in texts]
    return {"action": "GUARDRAIL_INTERVENED", "texts": rewritten}


def _texts(given: Any) -> list[str]:
    if given is None:
        return []
    if not isinstance(given, list) or len(given) > MOST_TEXTS or not all(isinstance(one, str) for one in given):
        raise Malformed("texts is a list of texts.")
    if sum(len(one) for one in given) > masking.LONGEST:
        raise Malformed("texts are longer than can be looked at.")
    return given


def _asked(document: dict[str, Any]) -> AskedCall:
    """Read whose call it is, which model it goes to, and what is said of it beside."""
    data = document.get("request_data")
    beside = document.get("additional_provider_specific_params")
    data, beside = (one if isinstance(one, dict) else {} for one in (data, beside))
    alias = _name(data.get("user_api_key_alias"))
    kind, subject, grant = _whose(alias)
    model, model_alias = split_name(_name(document.get("model")))
    tools = document.get("tools")
    names = {_tool(one) for one in (tools if isinstance(tools, list) else [])}
    question = {
        "subject": {"type": kind, "id": subject or "(no key alias)"},
        "action": {
            "name": "invoke",
            "properties": {
                "tools": sorted(names),
                "modalities": ["text", "image"] if document.get("images") else ["text"],
                "environment": _name(beside.get("environment")) or (grant.environment if grant else "production"),
                "call_id": _name(document.get("litellm_call_id")),
                **{
                    name: beside[name]
                    for name in ("region", "use_case", "max_tokens", "temperature", "max_cost")
                    if name in beside
                },
            },
        },
        "resource": {"type": "model", "id": model or "(no model)", "properties": {"alias": model_alias}},
    }
    return replace(read_call(question), purpose_of_grant=True, grant=grant.key if grant else "")


def _tool(told: Any) -> str:
    """Return the name that a grant knows a tool by; one that the provider runs itself goes by its kind."""
    described = told if isinstance(told, dict) else {}
    function = described.get("function")
    names = [function.get("name")] if isinstance(function, dict) else [described.get("name"), described.get("type")]
    return next((name for name in names if isinstance(name, str) and name), "(unnamed tool)")


def _whose(alias: str) -> tuple[str, str, ModelGrant | None]:
    """Return for whom a virtual key is: a service identity by its name, or whoever holds the grant that it names."""
    if alias.upper().startswith("MGR-"):
        grant = ModelGrant.objects.filter(key=alias.upper()).first()
        if grant is not None:
            return grant.subject_kind, str(grant.subject.pk), grant
    found = ServiceIdentity.objects.filter(name=alias).values_list("pk", flat=True).first()
    return "service", str(found) if found else alias, None


def _granted_categories(asked: AskedCall) -> frozenset[str]:
    """Return the categories of data that may come back; from a model that is not known, what all grants agree on."""
    facts, question = facts_for(asked)
    if facts.subject is None or facts.model is not None:
        return categories_covered(facts, question, clock.now())
    rows = ModelGrant.objects.standing().filter(**{f"{facts.subject.kind}_id": facts.subject.id})
    named = rows.filter(key=asked.grant) if asked.grant else rows
    return frozenset.intersection(*[frozenset(one.data_categories) for one in named[:MOST_GRANTS]] or [frozenset()])


def _name(given: Any) -> str:
    if given is None or given == "":
        return ""
    if not isinstance(given, str) or len(given) > 300 or not can_be_kept(given):
        raise Malformed("A name is no text, or longer or odder than any name.")
    return given.strip()
