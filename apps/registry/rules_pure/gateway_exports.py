"""Grants as other programs read them: LiteLLM's configuration and keys, and data for OPA."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

DURATIONS = {"day": "1d", "month": "1mo"}


def callable_name(grant: dict[str, Any]) -> str:
    """Return the one name under which our configuration offers what a grant is for."""
    model = grant["model_name"]
    if grant["alias"]:
        return f"{model}@{grant['alias']}"
    one_version = model not in grant["names"]
    return f"{model}:{grant['versions'][0]['name']}" if one_version else str(model)


def litellm(grants: Iterable[dict[str, Any]], now: datetime) -> dict[str, Any]:
    """Return a LiteLLM configuration: `model_list` for its file, `keys` for /key/generate, one for each grant."""
    grants = list(grants)
    entries: dict[str, dict[str, Any]] = {}
    for grant in grants:
        entries.setdefault(callable_name(grant), _entry(grant))
    return {"model_list": [entries[name] for name in sorted(entries)], "keys": [_key(grant, now) for grant in grants]}


def _entry(grant: dict[str, Any]) -> dict[str, Any]:
    # Of several versions the newest: a gateway would share calls out among entries of one name.
    version = grant["versions"][-1]
    place = re.sub(r"[^a-z0-9]+", "_", (grant["provider"] or "own").lower()).strip("_") or "own"
    own = {"api_base": f"os.environ/{place.upper()}_API_BASE", "api_key": f"os.environ/{place.upper()}_API_KEY"}
    name = version["snapshot"] or f"{grant['model_name']}:{version['name']}"
    prefix = "openai" if place == "own" else place
    return {
        "model_name": callable_name(grant),
        "litellm_params": {"model": f"{prefix}/{name}", **own},
        "model_info": {"model": grant["model"], "version": version["key"], "identity": version["identity"]},
    }


def _key(grant: dict[str, Any], now: datetime) -> dict[str, Any]:
    rate, budget = grant["rate"], grant["budget"]
    until = datetime.fromtimestamp(grant["until"], UTC).isoformat()
    given: dict[str, Any] = {
        "key_alias": grant["grant"],
        "models": [callable_name(grant)],
        # LiteLLM counts whole calls a minute: slower rates are kept by the decision endpoint or the bundle.
        "rpm_limit": max(1, rate["limit"] * 60 // rate["window"]) if rate else None,
        "max_budget": float(Decimal(budget["amount"])) if budget else None,
        "budget_duration": DURATIONS.get(budget["period"]) if budget else None,
        "max_parallel_requests": None,
        # LiteLLM counts a key's life from the moment it is made.
        "duration": f"{max(1, grant['until'] - int(now.timestamp()))}s",
        "metadata": {
            "grant": grant["grant"],
            "use_case": grant["use_case"],
            "purpose": grant["purpose"],
            "environment": grant["environment"],
            "subject": f"{grant['subject']['type']}:{grant['subject']['name']}",
            "max_tokens": grant["bounds"]["max_tokens"],
            "expires": until,
        },
    }
    return given


def opa(grants: Iterable[dict[str, Any]], now: datetime) -> dict[str, Any]:
    """Return the data document that docs/model_access.rego decides with."""
    told = [{name: value for name, value in grant.items() if name != "ask"} for grant in grants]
    return {"gatehouse": {"issued_at": int(now.timestamp()), "grants": told}}
