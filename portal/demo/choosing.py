"""How the fictional insurer chose a model, and where it still compares."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from apps.catalog.models import Dataset
from apps.inventory.models import AISystem, UseCase
from apps.kernel import clock
from apps.registry import operations as registry
from apps.registry.models import Selection

from .models import version
from .organisation import person

NEEDS = [
    {"criterion": "quality", "weight": 4, "must": True, "least": "0.55"},
    {"criterion": "price", "weight": 2, "most": "3000"},
    {"criterion": "latency", "weight": 1, "most": "4000"},
    {"criterion": "region", "must": True, "among": ["EU", "own data centre"]},
    {"criterion": "terms", "weight": 2, "must": True},
]


def build_selections() -> None:
    """Compare candidates for two use cases, and choose for one of them; once."""
    letters, archive = (
        AISystem.objects.filter(name=name).first() for name in ("Claims letter drafts", "Contract archive search")
    )
    if Selection.objects.exists() or letters is None or archive is None:
        return
    with clock.travel(clock.now() - timedelta(days=38)):
        _letters(letters.use_cases.order_by("key").first())
    with clock.travel(clock.now() - timedelta(days=5)):
        _archive(archive.use_cases.order_by("key").first())


def _letters(use_case: UseCase) -> None:
    actor = person("Oscar Lindner").as_actor()
    selection = registry.open_selection(
        actor=actor, use_case=use_case, title="Who drafts letters to claimants", needs=NEEDS, calls_a_month=42_000,
        input_tokens=1_800, output_tokens=420, evaluation_metric="Letters sent without a change",
        evaluation_dataset=Dataset.objects.get(name="aurelia.claims.claim"),
    )  # fmt: skip
    own = _add(
        actor, selection, "Our adapter over Mistral 7B", version("Claims letter writer", "0.9"), quality="0.62",
        fixed_price="1450", latency_ms=2_900, region="own data centre", trains_on_our_data="no", risk=2,
        notes="One more machine with a graphics card, written off over three years.",
    )  # fmt: skip
    large = _add(
        actor, selection, "Northwind Large", version("Northwind Large", "2026-06"), quality="0.66", input_price="2.4",
        output_price="9.6", latency_ms=1_700, region="EU", risk=3,
    )  # fmt: skip
    _add(
        actor, selection, "Northwind Small", version("Northwind Small", "2026-03"), quality="0.51", input_price="0.12",
        output_price="0.5", latency_ms=600, region="EU", risk=3,
    )  # fmt: skip
    registry.dissent(
        actor=person("Arthur Vogel").as_actor(), selection=selection, preferred=large,
        text="A second stack of our own has to be kept running at night; four points of quality speak for the provider.",
    )  # fmt: skip
    registry.decide_selection(
        actor=person("Mila Horvat").as_actor(), selection=selection, candidate=own,
        reason="Letters name health and money: they stay in our data centre, and nobody ends this model but we.",
    )  # fmt: skip


def _archive(use_case: UseCase) -> None:
    actor = person("Felix Roth").as_actor()
    selection = registry.open_selection(
        actor=actor, use_case=use_case, title="Answers from the contract archive", needs=NEEDS[:3], calls_a_month=9_000,
        input_tokens=6_000, output_tokens=300, evaluation_metric="Passages found",
    )  # fmt: skip
    _add(
        actor, selection, "Northwind Large", version("Northwind Large", "2026-06"), quality="0.83", input_price="2.4",
        output_price="9.6", region="EU", risk=2,
    )  # fmt: skip
    _add(actor, selection, "Northwind Small", version("Northwind Small", "2026-03"), input_price="0.12", region="EU")


def _add(actor: Any, selection: Selection, name: str, model_version: Any, **facts: Any) -> Any:
    prices = {key: Decimal(facts.pop(key)) for key in list(facts) if key == "quality" or key.endswith("_price")}
    return registry.add_candidate(
        actor=actor, selection=selection, name=name, model_version=model_version, **facts, **prices
    )
