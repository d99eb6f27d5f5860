"""Bundles of model grants for gateways that must not depend on the portal: what is in one, and how long it counts.

A bundle is fresh until `exp`. After that it is stale: grants with the fail mode `last_known` go on until `stale_until`,
those with `closed` stop at once. No grant counts beyond its own `until`. docs/verify_model_bundle.py decides with it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

TYPE = "gatehouse-model-grants+jwt"


def compose(
    *,
    issuer: str,
    number: str,
    subject: dict[str, str],
    grants: Iterable[dict[str, Any]],
    now: datetime,
    fresh: timedelta,
    stale: timedelta,
) -> dict[str, Any]:
    """Return the claims of a bundle."""
    issued = int(now.timestamp())
    return {
        "iss": issuer,
        "jti": number,
        "iat": issued,
        "exp": issued + int(fresh.total_seconds()),
        "stale_until": issued + int(max(fresh, stale).total_seconds()),
        "sub": f"{subject['type']}:{subject['id']}",
        "subject": subject,
        "grants": list(grants),
    }


def names_of(model_key: str, model: str, alias: str, versions: Iterable[dict[str, str]], aliases: Iterable[str],
             *, whole: bool) -> list[str]:  # fmt: skip
    """Return every name under which a gateway may call what a grant is for.

    `model@alias` for an alias, `model:version`, the version's key and its provider's snapshot for versions; the model's
    own name and key only where the grant is for the whole model.
    """
    found = [model, model_key] if whole else []
    found += [f"{one}@{name}" for name in ([alias] if alias else aliases) if name for one in (model, model_key)]
    for version in versions:
        found += [f"{model}:{version['name']}", version["key"], version["snapshot"]]
    return [name for name in dict.fromkeys(found) if name]


def usable(grant: dict[str, Any], claims: dict[str, Any], now: float) -> bool:
    """Tell whether a grant of a bundle counts at a moment (seconds since 1970)."""
    last = claims["stale_until"] if grant["fail_mode"] == "last_known" else claims["exp"]
    return bool(grant["from"] <= now < min(grant["until"], last))
