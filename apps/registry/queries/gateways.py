"""Desired against actual: each grant beside the keys that a gateway has for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from apps.kernel import clock
from apps.registry.models import GatewayKey, GatewaySnapshot, ModelGrant
from apps.registry.queries.access import counting
from apps.registry.queries.leaving import leaving
from apps.registry.rules_pure.gateway_formats import ReadKey
from apps.registry.rules_pure.gateways import DesiredKey, Difference, differences


@dataclass(frozen=True, slots=True)
class Pair:
    """A grant (or none) beside a key (or none), and how they differ."""

    grant: ModelGrant | None
    key: GatewayKey | None
    names: list[str] = field(default_factory=list)
    found: list[Difference] = field(default_factory=list)

    @property
    def order(self) -> tuple[int, str]:
        """What allows too much first, then what differs otherwise, then what agrees."""
        wider = any(one.is_wider for one in self.found)
        name = self.grant.key if self.grant else (self.key.alias or self.key.identity if self.key else "")
        return (0 if wider else 1 if self.found else 2, name)


def compare(gateway: GatewaySnapshot, keys: Any = None, grants: Any = None) -> list[Pair]:
    """Return every grant of a gateway's environment beside its keys, what differs first.

    `keys` and `grants` narrow to what a person may see. A grant that ended matters only while a key is for it.
    """
    known = GatewayKey.objects.filter(gateway=gateway.gateway) if keys is None else keys
    present = list(
        known.present().select_related("grant__ai_model", "grant__system", "grant__service", "grant__person")
    )
    standing = (counting() if grants is None else grants).filter(environment=gateway.environment)
    told = {one["grant"]: one for one in leaving(standing)}
    rows = {grant.key: grant for grant in standing.select_related("ai_model", "system", "service", "person")}
    pairs = [_pair(key, told) for key in present]
    covered = {key.grant.key for key in present if key.grant}
    for name, one in told.items():
        if name not in covered:
            found = differences(desired_of(rows[name], one), None, clock.now())
            pairs.append(Pair(rows[name], None, one["names"], found))
    return sorted(pairs, key=lambda pair: pair.order)


def _pair(key: GatewayKey, told: dict[str, Any]) -> Pair:
    grant = key.grant
    here = grant is not None and grant.environment == key.environment
    one = told.get(grant.key) if grant else None
    # A grant for another environment is none for this gateway.
    desired = desired_of(grant, one) if grant is not None and here else None
    names = one["names"] if one else []
    return Pair(grant, key, names, differences(desired, read_of(key), clock.now()))


def desired_of(grant: ModelGrant, told: dict[str, Any] | None) -> DesiredKey:
    """Return what a key of a grant should allow; nothing when it is not told to gateways any more."""
    rate = Decimal(grant.rate_limit * 60) / grant.rate_window if grant.rate_limit else None
    return DesiredKey(
        grant.key, frozenset(told["names"] if told else ()), told is not None, rate, grant.budget, grant.budget_period,
        grant.valid_until,
    )  # fmt: skip


def read_of(key: GatewayKey) -> ReadKey:
    """Return a key on record in the shape in which it was read."""
    return ReadKey(
        key.identity, key.alias, key.hash_prefix, key.grant_cited, tuple(key.model_names), key.every_model,
        key.calls_per_minute, key.budget, key.budget_days, key.valid_until, key.blocked,
    )  # fmt: skip


def differing(keys: Any = None) -> list[tuple[GatewayKey, dict[str, str]]]:
    """Return keys with how each differs from what was granted now: kind and sentence."""
    rows = GatewayKey.objects.all() if keys is None else keys
    rows = list(rows.select_related("grant"))
    grants = {key.grant_id for key in rows if key.grant_id and key.absent_since is None}
    told = {one["grant"]: one for one in leaving(counting().filter(pk__in=grants))}
    found = []
    for key in rows:
        here = [] if key.absent_since else _pair(key, told).found
        found.append((key, {one.kind: one.sentence for one in here}))
    return found


def without_key() -> Any:
    """Return the grants that count in an environment whose gateways were read, and that no key is for."""
    environments = GatewaySnapshot.objects.filter(current=True).values("environment")
    return (
        counting()
        .filter(environment__in=environments)
        .exclude(pk__in=GatewayKey.objects.present().filter(grant__isnull=False).values("grant_id"))
    )
