"""Results of Great Expectations: one validation, a list of them, or a checkpoint's."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .reading import Unreadable, entries, json_document, moment, words

_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})(\.\d+)?Z?")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one expectation found."""

    identifier: str
    name: str
    kind: str
    field: str
    outcome: str
    observed: dict[str, Any]
    expectation: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Validation:
    """One validation of one asset."""

    suite: str
    asset: str
    at: datetime | None
    run: str
    outcomes: tuple[Outcome, ...]


def read(content: bytes, name: str = "") -> list[Validation]:
    """Read the validations of a file; raise `Unreadable` with the place otherwise."""
    document = json_document(content, name)
    if isinstance(document, dict) and isinstance(document.get("run_results"), dict):
        found = [one.get("validation_result", one) for one in document["run_results"].values() if isinstance(one, dict)]
    else:
        found = document if isinstance(document, list) else [document]
    if not found:
        raise Unreadable(name, "no validation result")
    return [_validation(one, f"[{index}]") for index, one in enumerate(found)]


def _validation(body: Any, place: str) -> Validation:
    if not isinstance(body, dict) or not isinstance(body.get("results"), list):
        raise Unreadable(f"{place}.results", "a list of results is needed")
    meta = body.get("meta") if isinstance(body.get("meta"), dict) else {}
    run = meta.get("run_id") if isinstance(meta.get("run_id"), dict) else {}
    markers = meta.get("batch_markers") if isinstance(meta.get("batch_markers"), dict) else {}
    batch = meta.get("active_batch_definition") if isinstance(meta.get("active_batch_definition"), dict) else {}
    at = _time(run.get("run_time")) or _time(meta.get("validation_time")) or _time(markers.get("ge_load_time"))
    return Validation(
        suite=words(body.get("suite_name") or meta.get("expectation_suite_name"), 200),
        asset=words(batch.get("data_asset_name"), 200),
        at=at,
        run=words(run.get("run_name") or body.get("id"), 200),
        outcomes=tuple(
            _outcome(one, f"{place}.results[{index}]") for index, one in enumerate(entries(body["results"]))
        ),
    )


def _outcome(body: dict[str, Any], place: str) -> Outcome:
    config = body.get("expectation_config") if isinstance(body.get("expectation_config"), dict) else {}
    kind = words(config.get("type") or config.get("expectation_type"), 120)
    if not kind:
        raise Unreadable(f"{place}.expectation_config.type", "a text is needed")
    if not isinstance(body.get("success"), bool):
        raise Unreadable(f"{place}.success", "true or false is needed")
    given = config.get("kwargs") if isinstance(config.get("kwargs"), dict) else {}
    kwargs = {key: value for key, value in given.items() if key != "batch_id"}
    raised = body.get("exception_info") if isinstance(body.get("exception_info"), dict) else {}
    result = body.get("result") if isinstance(body.get("result"), dict) else {}
    column = words(kwargs.get("column"), 500)
    outcome = "error" if raised.get("raised_exception") is True else "passed" if body["success"] else "failed"
    # Counts only: the values that a tool found wrong are data, and stay where they are.
    counts = ("element_count", "unexpected_count", "unexpected_percent", "missing_count", "observed_value")
    observed = {key: result[key] for key in counts if isinstance(result.get(key), int | float)}
    return Outcome(
        identifier=f"{kind} {json.dumps(kwargs, sort_keys=True, default=str)}"[:500],
        name=f"{kind} ({column})" if column else kind,
        kind=kind,
        field=column,
        outcome=outcome,
        observed=observed,
        expectation=kwargs,
    )


def _time(value: Any) -> datetime | None:
    text = words(value, 60)
    compact = _COMPACT.fullmatch(text)
    if compact:
        year, month, day, hour, minute, second, fraction = compact.groups()
        text = f"{year}-{month}-{day}T{hour}:{minute}:{second}{(fraction or '')[:7]}+00:00"
    return moment(text) if text else None
