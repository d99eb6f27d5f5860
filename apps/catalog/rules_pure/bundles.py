"""Bundles of grants for systems that must not depend on the portal at run time: what is in one, and how long it counts.

A bundle is fresh until `exp`. After that it is stale: grants with the fail mode `last_known` go on until `stale_until`,
those with `closed` stop at once. No grant counts beyond its own `until`. docs/verify_bundle.py does the same elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from .deciding import Facts, GrantFacts, Question, Rate, decide

TYPE = "gatehouse-grants+jwt"


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


def grants_in(facts: Facts, names: dict[str, str], now: datetime) -> list[dict[str, Any]]:
    """Return the grants of one dataset that allow something now, each action asked as the portal would be asked."""
    found = []
    for grant in facts.grants:
        alone = Facts(facts.subject, facts.dataset, (grant,))
        actions = [action for action in sorted(grant.actions) if _allows(alone, grant, action, now)]
        if actions:
            found.append(
                {
                    "grant": grant.key,
                    **names,
                    "actions": actions,
                    "fields": sorted(grant.fields),
                    "purpose": grant.purpose,
                    "use_case": grant.use_case,
                    "region": grant.region or (facts.dataset.region if facts.dataset else ""),
                    "from": int(grant.valid_from.timestamp()),
                    "until": int(grant.valid_until.timestamp()),
                    "rate_per_hour": grant.rate_per_hour,
                    "fail_mode": grant.fail_mode,
                }
            )
    return found


def _allows(facts: Facts, grant: GrantFacts, action: str, now: datetime) -> bool:
    question = Question(action, grant.purpose, grant.use_case, grant.region, grant.fields)
    # A rate is kept by whoever uses the bundle: it is in it.
    return decide(facts, question, now, lambda _grant: Rate(0)).allowed


def usable(grant: dict[str, Any], claims: dict[str, Any], now: int) -> bool:
    """Tell whether a grant of a bundle counts at a moment (seconds since 1970)."""
    last = claims["stale_until"] if grant["fail_mode"] == "last_known" else claims["exp"]
    return bool(grant["from"] <= now < min(grant["until"], last))
