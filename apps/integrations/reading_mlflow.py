"""Reading registered models from an MLflow server by its REST interface."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode

from apps.integrations.calling import Unreachable, call
from apps.integrations.models import MLflowServer
from apps.integrations.rules_pure.addresses import Forbidden
from apps.integrations.rules_pure.mlflow import digest_of
from apps.integrations.secrets_kept import opened

PAGES = 50
MOST = 300
LOGGED = "models:/m-"
# The first moment of 2100, in milliseconds.
LATEST = 4_102_444_800_000


class Absent(Exception):
    """The server has nothing of that name."""


def registered(server: MLflowServer) -> Iterator[str]:
    """Give the names of every registered model."""
    for page in _pages(server, "registered-models/search", "registered_models", {"max_results": "100"}):
        yield str(page["name"])


def read_model(server: MLflowServer, name: str) -> dict[str, Any] | None:
    """Return a registered model with its versions, runs, parameters and metrics; None when it is not there."""
    try:
        found = _get(server, f"registered-models/get?{urlencode({'name': name})}")["registered_model"]
    except Absent:
        return None
    mark = '"' if "'" in name else "'"
    wanted = {"filter": f"name={mark}{name}{mark}", "max_results": "200"}
    versions = [_version(server, one) for one in _pages(server, "model-versions/search", "model_versions", wanted)]
    return {
        "description": str(found.get("description") or "")[:5000],
        "tags": _pairs(found.get("tags")),
        "aliases": {str(one["alias"]): str(one["version"]) for one in found.get("aliases") or []},
        "versions": sorted(versions, key=lambda one: (len(one["version"]), one["version"])),
    }


def _version(server: MLflowServer, one: dict[str, Any]) -> dict[str, Any]:
    source, run = str(one.get("source") or ""), str(one.get("run_id") or "")
    data: dict[str, Any] = {}
    try:
        if run:
            data = _get(server, f"runs/get?{urlencode({'run_id': run})}")["run"].get("data") or {}
        elif source.startswith(LOGGED):
            model = quote(source.removeprefix("models:/"), safe="")
            data = _get(server, f"logged-models/{model}")["model"].get("data") or {}
    except Absent:
        # The run was deleted for good: the version stays what it is.
        data = {}
    tags = _pairs(one.get("tags"))
    return {
        "version": str(one["version"]),
        "source": source[:1000],
        "run": run,
        "digest": digest_of(tags, _pairs(data.get("tags")), _pairs(data.get("params"))),
        "tags": tags,
        "parameters": _pairs(data.get("params")),
        "metrics": _metrics(data.get("metrics") or []),
    }


def _metrics(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return measured values that are numbers; MLflow writes NaN and Infinity as they are."""
    kept = []
    for one in found[:MOST]:
        try:
            value = float(one.get("value", "nan"))
        except (TypeError, ValueError):
            continue
        if math.isfinite(value) and abs(value) < 1e18 and one.get("key"):
            kept.append({"name": str(one["key"])[:200], "value": value, "at": _moment(one.get("timestamp"))})
    return sorted(kept, key=lambda one: (one["name"], one["at"]))


def _moment(found: Any) -> int:
    """Return the milliseconds since 1970 of a measure; whoever logs it may say anything: what is no moment is none."""
    try:
        stamp = int(found or 0)
    except (TypeError, ValueError, OverflowError):
        return 0
    return stamp if 0 <= stamp <= LATEST else 0


def _plain(found: Any) -> Any:
    """Return an answer without the characters that PostgreSQL cannot keep: anybody may write them into a tag there."""
    if isinstance(found, dict):
        return {_plain(name): _plain(one) for name, one in found.items()}
    if isinstance(found, list):
        return [_plain(one) for one in found]
    return found.replace("\x00", "").encode(errors="replace").decode() if isinstance(found, str) else found


def _pairs(found: Any) -> dict[str, str]:
    return {str(one["key"])[:250]: str(one.get("value") or "")[:2000] for one in (found or [])[:MOST]}


def _pages(server: MLflowServer, path: str, field: str, wanted: dict[str, str]) -> Iterator[dict[str, Any]]:
    token = ""
    for _page in range(PAGES):
        answer = _get(server, f"{path}?{urlencode({**wanted, **({'page_token': token} if token else {})})}")
        yield from answer.get(field) or []
        token = str(answer.get("next_page_token") or "")
        if not token:
            return
    raise Unreachable("The server lists more than can be read.")


def _get(server: MLflowServer, path: str) -> dict[str, Any]:
    bearer = opened(server, "bearer")
    headers = {"Accept": "application/json", **({"Authorization": f"Bearer {bearer}"} if bearer else {})}
    address = f"{server.url.rstrip('/')}/api/2.0/mlflow/{path}"
    try:
        status, body = call("GET", address, headers=headers, private=True)
        answer = _plain(json.loads(body)) if body else {}
    except (ValueError, RecursionError, Forbidden) as problem:
        raise Unreachable(f"It answered no JSON, or may not be called: {problem}"[:200]) from problem
    if not isinstance(answer, dict):
        raise Unreachable("It answered no JSON object.")
    if status == 404 and answer.get("error_code") == "RESOURCE_DOES_NOT_EXIST":
        raise Absent(path)
    if status != 200:
        raise Unreachable(f"It answered {status}.")
    return answer
