"""CycloneDX ML-BOM, both ways: what a bill says of models (1.5 to 1.7), and how ours is written. Pure; documents in, documents out.

Source: CycloneDX specification (ECMA-424), component type `machine-learning-model` with its modelCard.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import NAMESPACE_URL, uuid5

VERSIONS = ("1.5", "1.6", "1.7")
MODEL = "machine-learning-model"
HASHES = {"SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512"}
MOST_COMPONENTS = 5_000


@dataclass(frozen=True, slots=True)
class ToldModel:
    """A model as a bill names it; `place` is where it stands there."""

    place: str
    name: str
    version: str
    supplier: str
    digest: str
    licence: str
    description: str
    task: str
    architecture: str
    card: dict[str, Any] = field(default_factory=dict)
    metrics: tuple[dict[str, Any], ...] = ()
    datasets: tuple[str, ...] = ()
    source: str = ""


def models_in(document: dict[str, Any]) -> list[ToldModel]:
    """Return the models of a bill that was checked against its schema, however deep they stand."""
    names = {
        one.get("bom-ref"): one.get("name", "") for _place, one in _components(document) if one.get("type") == "data"
    }
    return [_model(place, one, names) for place, one in _components(document) if one.get("type") == MODEL]


def _components(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    about = (document.get("metadata") or {}).get("component")
    waiting = [("$.metadata.component", about)] if isinstance(about, dict) else []
    waiting += [(f"$.components[{i}]", one) for i, one in enumerate(document.get("components") or [])]
    number = 0
    while waiting and number < MOST_COMPONENTS:
        place, one = waiting.pop(0)
        number += 1
        yield place, one
        waiting += [(f"{place}.components[{i}]", part) for i, part in enumerate(one.get("components") or [])]


def _model(place: str, one: dict[str, Any], data_names: dict[Any, str]) -> ToldModel:
    card = one.get("modelCard") or {}
    parameters = card.get("modelParameters") or {}
    supplier = one.get("supplier") or one.get("manufacturer") or {}
    digests = {HASHES.get(row.get("alg", "")): row.get("content", "").lower() for row in one.get("hashes") or []}
    best = next((f"{name}:{digests[name]}" for name in ("sha256", "sha384", "sha512") if digests.get(name)), "")
    group = f"{one['group']}/" if one.get("group") else ""
    sources = [row.get("url", "") for row in one.get("externalReferences") or [] if row.get("type") == "distribution"]
    return ToldModel(
        place=place,
        name=f"{group}{one.get('name', '')}",
        version=str(one.get("version") or ""),
        supplier=str(supplier.get("name") or one.get("publisher") or ""),
        digest=best,
        licence=_licence(one.get("licenses") or []),
        description=str(one.get("description") or ""),
        task=str(parameters.get("task") or ""),
        architecture=str(parameters.get("modelArchitecture") or parameters.get("architectureFamily") or ""),
        card=_card(one, card),
        metrics=tuple(_metrics(card)),
        datasets=tuple(_datasets(parameters, data_names)),
        source=(sources or [""])[0][:1000],
    )


def _licence(rows: list[dict[str, Any]]) -> str:
    found = []
    for row in rows:
        licence = row.get("license") or {}
        found.append(row.get("expression") or licence.get("id") or licence.get("name") or "")
    return " AND ".join(one for one in found if one)[:120]


def _datasets(parameters: dict[str, Any], names: dict[Any, str]) -> Iterator[str]:
    for one in parameters.get("datasets") or []:
        name = one.get("name") or names.get(one.get("ref")) or one.get("ref")
        if name:
            yield str(name)


def _metrics(card: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Return the measures that are numbers; others stand in the card as words."""
    for one in (card.get("quantitativeAnalysis") or {}).get("performanceMetrics") or []:
        value = _number(one.get("value"))
        if value is not None and one.get("type"):
            yield {"name": str(one["type"])[:200], "value": value, "data_slice": str(one.get("slice") or "")[:200]}


def _number(value: Any) -> Decimal | None:
    try:
        found = Decimal(str(value).strip().removesuffix("%"))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def _card(one: dict[str, Any], card: dict[str, Any]) -> dict[str, Any]:
    """Return the sections of our card that a modelCard fills."""
    about = card.get("considerations") or {}
    words = [
        f"{row.get('type')}: {row.get('value')}" + (f" ({row['slice']})" if row.get("slice") else "")
        for row in (card.get("quantitativeAnalysis") or {}).get("performanceMetrics") or []
        if row.get("type") and _number(row.get("value")) is None
    ]
    found = {
        "summary": str(one.get("description") or ""),
        "intended_use": "\n\n".join(about.get("useCases") or []),
        "users": list(about.get("users") or []),
        "limits": list(about.get("technicalLimitations") or []),
        "tradeoffs": list(about.get("performanceTradeoffs") or []),
        "ethical": [_joined(row, ("name", "mitigationStrategy")) for row in about.get("ethicalConsiderations") or []],
        "fairness": [
            _joined(row, ("groupAtRisk", "benefits", "harms", "mitigationStrategy"))
            for row in about.get("fairnessAssessments") or []
        ],
        "evaluation": "\n\n".join(words),
    }  # fmt: skip
    return {name: value for name, value in found.items() if value}


def _joined(row: dict[str, Any], names: tuple[str, ...]) -> str:
    return ": ".join(str(row[name]) for name in names if row.get(name))


@dataclass(frozen=True, slots=True)
class WrittenPart:
    """A part of a release as it is written: a model with its card, or another artefact by its digest."""

    kind: str
    name: str
    version: str
    digest: str = ""
    supplier: str = ""
    licence: str = ""
    task: str = ""
    architecture: str = ""
    card: dict[str, Any] = field(default_factory=dict)
    metrics: tuple[dict[str, Any], ...] = ()
    datasets: tuple[dict[str, str], ...] = ()


def compose(
    *, identity: str, name: str, version: str, parts: Iterable[WrittenPart], at: datetime, spec: str
) -> dict[str, Any]:
    """Return a bill of materials; the same identity has the same serial number, whenever it is written."""
    components: list[dict[str, Any]] = []
    data: dict[str, dict[str, Any]] = {}
    for part in parts:
        components.append(_written(part, data))
    return {
        "bomFormat": "CycloneDX",
        "specVersion": spec,
        "serialNumber": f"urn:uuid:{uuid5(NAMESPACE_URL, identity)}",
        "version": 1,
        "metadata": {
            "timestamp": at.isoformat(timespec="seconds").replace("+00:00", "Z"),
            "tools": {"components": [{"type": "application", "name": "Gatehouse"}]},
            "component": {"type": "application", "bom-ref": "system", "name": name, "version": version},
        },
        "components": [*components, *data.values()],
        "dependencies": [{"ref": "system", "dependsOn": sorted(one["bom-ref"] for one in components)}],
    }


def _written(part: WrittenPart, data: dict[str, dict[str, Any]]) -> dict[str, Any]:
    reference = f"{part.kind}:{part.name}@{part.version}"
    found: dict[str, Any] = {"type": MODEL if part.kind == "model" else "data", "bom-ref": reference, "name": part.name}
    if part.kind != "model":
        found["data"] = [{"type": "configuration", "name": part.kind}]
    found |= {"version": part.version} if part.version else {}
    found |= {"supplier": {"name": part.supplier}} if part.supplier else {}
    algorithm, _colon, content = part.digest.partition(":")
    known = {ours: theirs for theirs, ours in HASHES.items()}
    found |= {"hashes": [{"alg": known[algorithm], "content": content}]} if algorithm in known else {}
    found |= {"licenses": [{"license": {"name": part.licence}}]} if part.licence else {}
    if part.kind == "model":
        found |= {"description": part.card["summary"]} if part.card.get("summary") else {}
        found["modelCard"] = _written_card(part, data)
    return found


def _written_card(part: WrittenPart, data: dict[str, dict[str, Any]]) -> dict[str, Any]:
    parameters: dict[str, Any] = {"task": part.task} if part.task else {}
    parameters |= {"modelArchitecture": part.architecture} if part.architecture else {}
    for one in part.datasets:
        reference = f"dataset:{one['key']}"
        data[reference] = {
            "type": "data", "bom-ref": reference, "name": one["name"],
            "data": [{"type": "dataset", "name": one["name"], "classification": one["classification"] or "unclassified"}],
        }  # fmt: skip
        parameters.setdefault("datasets", []).append({"ref": reference})
    card, about = part.card, {}
    about |= {"users": _list(card["users"])} if card.get("users") else {}
    about |= {"useCases": _list(card["intended_use"])} if card.get("intended_use") else {}
    about |= {"technicalLimitations": _list(card["limits"])} if card.get("limits") else {}
    about |= {"performanceTradeoffs": _list(card["tradeoffs"])} if card.get("tradeoffs") else {}
    about |= {"ethicalConsiderations": [{"name": one} for one in _list(card["ethical"])]} if card.get("ethical") else {}
    about |= (
        {"fairnessAssessments": [{"groupAtRisk": one} for one in _list(card["fairness"])]}
        if card.get("fairness")
        else {}
    )
    found: dict[str, Any] = {"modelParameters": parameters} if parameters else {}
    if part.metrics:
        found["quantitativeAnalysis"] = {"performanceMetrics": [dict(one) for one in part.metrics]}
    return found | ({"considerations": about} if about else {})


def _list(value: Any) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]
