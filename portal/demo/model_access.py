"""Who may call which model at the fictional insurer, what was called, and what a gateway really allows."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from apps.inventory.models import AISystem
from apps.kernel import clock
from apps.registry import operations as registry
from apps.registry.models import AIModel, ModelAccessRequest, ModelGrant
from apps.registry.rules_pure.call_questions import read_call

from .models import digest_of
from .organisation import person

WHY = "The use case is approved, and the bounds fit what it needs."
# Who asks, for which system (empty: for themselves), with whose use case, which model, where, purpose, days, bounds, and
# how it came out: approved, first (waits for the second decision), waiting, refused or withdrawn.
ASKED: tuple[tuple[str, str, str, str, str, str, int, dict[str, Any], str], ...] = (
    ("Sofia Ricci", "Customer chatbot", "", "Northwind Large", "production", "customer-service", 180,
     {"max_tokens": 800, "rate_limit": 600, "budget": 4000, "region": "EU", "data_level": "internal",
      "max_temperature": "0.5"}, "approved"),
    ("Oscar Lindner", "Claims triage", "", "Claims urgency", "production", "claims-handling", 180,
     {"alias": "champion", "max_tokens": 50, "rate_limit": 300, "budget": 600, "data_level": "confidential",
      "data_categories": ["personal"]}, "approved"),
    ("Felix Roth", "Meeting summaries", "", "Northwind Small", "production", "meeting-minutes", 365,
     {"rate_limit": 20, "budget": 150, "modalities": ["text"]}, "approved"),
    ("Felix Roth", "Coding assistant", "", "Northwind Large", "production", "software-development", 120,
     {"rate_limit": 120, "budget": 2500, "tools": ["search_code", "run_tests"], "data_level": "confidential"}, "approved"),
    ("Sofia Ricci", "Translation of letters", "", "Polyglot Translate", "production", "customer-service", 40,
     {"alias": "current", "rate_limit": 60, "data_level": "confidential", "data_categories": ["personal"]}, "approved"),
    ("Julia Stein", "Campaign texts", "", "Northwind Small", "production", "advertising", 200,
     {"rate_limit": 10, "budget": 80}, "approved"),
    ("Oscar Lindner", "Claims letter drafts", "", "Claims letter writer", "test", "claims-handling", 90,
     {"max_tokens": 900, "rate_limit": 30, "budget": 200, "data_level": "confidential", "data_categories": ["personal"]},
     "first"),
    ("Emma Fischer", "", "Meeting summaries", "Northwind Small", "test", "meeting-minutes", 30, {"max_tokens": 400}, "waiting"),
    ("Dana Petrov", "", "Coding assistant", "Northwind Large", "production", "software-development", 60,
     {"any_tool": True, "data_level": "confidential"}, "refused"),
    ("Tim Berger", "Underwriter assistant", "", "Northwind Large", "test", "underwriting", 60,
     {"max_tokens": 500}, "withdrawn"),
)  # fmt: skip
# System, model, and how many calls of which kind were asked for within two days.
CALLED: tuple[tuple[str, str, int, dict[str, Any]], ...] = (
    ("Customer chatbot", "Northwind Large", 26, {"purpose": "customer-service", "max_tokens": 600, "cost": "0.018"}),
    ("Customer chatbot", "Northwind Large", 3, {"purpose": "customer-service", "max_tokens": 2000, "cost": "0.05"}),
    ("Customer chatbot", "Northwind Large", 2, {"purpose": "advertising", "max_tokens": 300}),
    ("Claims triage", "Claims urgency@champion", 22, {"purpose": "claims-handling", "max_tokens": 20, "cost": "0.001"}),
    ("Claims triage", "Claims urgency@challenger", 2, {"purpose": "claims-handling", "max_tokens": 20}),
    ("Meeting summaries", "Northwind Small", 9, {"purpose": "meeting-minutes", "cost": "0.004"}),
    ("Translation of letters", "Polyglot Translate@current", 6, {"purpose": "customer-service"}),
    ("Agent chat coach", "Northwind Large", 2, {"purpose": "customer-service"}),
)  # fmt: skip


def build_model_access() -> None:
    """Let people ask and others decide, ask about calls, and read a gateway; once."""
    if ModelAccessRequest.objects.exists():
        return
    for number, row in enumerate(ASKED):
        with clock.travel(clock.now() - timedelta(days=30 - 2 * number)):
            _ask(*row)
    _afterwards()
    _calls()
    _gateway()


def _ask(
    who: str, system: str, use_of: str, model: str, environment: str, purpose: str, days: int, bounds: dict[str, Any],
    outcome: str,
) -> None:  # fmt: skip
    runs = AISystem.objects.filter(name=system or use_of).first()
    if runs is None:
        return
    terms = {name: Decimal(value) if name == "budget" else value for name, value in bounds.items()}
    request = registry.request_model_access(
        actor=person(who).as_actor(), ai_model=AIModel.objects.get(name=model), subject=runs if system else person(who),
        use_case=runs.use_cases.order_by("key").first(), environment=environment, purpose=purpose, days=days,
        purpose_details=f"{runs.summary or runs.name} ({environment})", **terms,
    )  # fmt: skip
    if outcome == "withdrawn":
        registry.withdraw_model_request(actor=person(who).as_actor(), request=request)
    if outcome == "refused":
        _decide(request, "Mila Horvat", approve=False, reason="Ask for named tools: “any” is for nobody's laptop.")
    if outcome in ("approved", "first"):
        _decide(request, "Mila Horvat", approve=True, reason=WHY)
    request.refresh_from_db()
    if outcome == "approved" and request.status == "second":
        _decide(request, "Jana Kovar", approve=True, reason="The rate and the budget are tight enough.")


def _decide(request: ModelAccessRequest, who: str, *, approve: bool, reason: str) -> None:
    registry.decide_model_request(actor=person(who).as_actor(), request=request, approve=approve, reason=reason)


def _afterwards() -> None:
    """Hold one grant back, end one, and ask for more time on one."""
    grants = {grant.system.name: grant for grant in ModelGrant.objects.select_related("system") if grant.system}
    if "Coding assistant" in grants:
        registry.hold_back_grant(
            actor=person("Jana Kovar").as_actor(), grant=grants["Coding assistant"],
            reason="Its cost has doubled within a week; nobody can say yet why.",
        )  # fmt: skip
    if "Campaign texts" in grants:
        registry.revoke_model_grant(
            actor=person("Julia Stein").as_actor(),
            grant=grants["Campaign texts"],
            reason="The agency writes them again.",
        )
    if "Translation of letters" in grants:
        registry.request_extension(
            actor=person("Sofia Ricci").as_actor(), grant=grants["Translation of letters"], days=180,
            reason="The tender for translations is decided in spring; until then letters go on.",
        )  # fmt: skip


def _calls() -> None:
    """Ask about calls as a gateway does; each answer stands in the access log."""
    actor = person("Dana Petrov").as_actor()
    for place, (name, model, times, said) in enumerate(CALLED):
        system = AISystem.objects.filter(name=name).first()
        if system is None:
            continue
        properties = {key: value for key, value in said.items() if key == "max_tokens"}
        document = {
            "subject": {"type": "system", "id": system.key}, "resource": {"type": "model", "id": model},
            "action": {"name": "invoke", "properties": properties | {"max_cost": said.get("cost", "0")}},
            "context": {"purpose": said["purpose"], "environment": "production"},
        }  # fmt: skip
        for number in range(times):
            with clock.travel(clock.now() - timedelta(minutes=31 + 7 * place + 71 * number)):
                registry.evaluate_call(actor=actor, asked=read_call(document))


def _gateway() -> None:
    """Read a gateway whose keys differ: one wider than its grant, one of a grant that has ended, one of nobody."""
    keys = [
        {
            "token": digest_of(grant.key).removeprefix("sha256:"), "key_alias": grant.key,
            "models": [grant.ai_model.name], "rpm_limit": (grant.rate_limit or 60) * (5 if number == 0 else 1),
            "max_budget": float(grant.budget) if grant.budget else None, "budget_duration": "30d" if grant.budget else None,
            "expires": grant.valid_until.isoformat(), "metadata": {"grant": grant.key},
        }
        for number, grant in enumerate(ModelGrant.objects.select_related("ai_model").order_by("key")[:3])
    ]  # fmt: skip
    keys.append(
        {
            "token": digest_of("somebody").removeprefix("sha256:"),
            "key_alias": "trial-felix",
            "models": ["Northwind Large"],
        }
    )
    registry.read_gateway(
        actor=person("Mila Horvat").as_actor(), gateway="gateway-eu", environment="production", document={"keys": keys}
    )
