"""Rates and budgets, counted in Valkey in one step each, so that no two calls share a number or a cent.

A rate is a sliding window: in no stretch of its length are there more calls than its limit. A budget is kept in millionths
of its currency: a decision reserves the most that a call may cost, a report of its usage puts the real cost in its place.
Both are looked at in one script: what one refuses, the other does not count. What was spent is settled in PostgreSQL, and
a counter that Valkey lost begins from there and from what the access log says was reserved since. Which budgets changed is
kept beside the counters: settling looks at those alone.
"""

from __future__ import annotations

import contextlib
import functools
import logging
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from apps.kernel import clock
from apps.kernel.errors import Unavailable
from apps.kernel.identifiers import uuid7
from apps.registry.models import ModelGrant
from apps.registry.queries.spending import period_of, spent_by_the_books
from apps.registry.rules_pure.calling import Counted, GrantFacts, Question

logger = logging.getLogger(__name__)

# A decision waits this many seconds for the counters, and then does what the grant says of such times.
PATIENCE = 1.0
MILLION = 1_000_000
KEPT = 40 * 86_400
# How long the usage of a call may be reported, and is known to have been.
CALL_KEPT = 7 * 86_400

_COUNT = """
local use = tonumber(ARGV[1])
local limit, window, now, member = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5]
local budget, cost = tonumber(ARGV[6]), tonumber(ARGV[7])
local left, spent = -1, -1
if limit >= 0 then
    redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - window)
    local used = redis.call('ZCARD', KEYS[1])
    if used >= limit then return {'rate', 0, -1} end
    left = limit - used - 1
end
if budget >= 0 then
    local known = redis.call('GET', KEYS[2])
    if not known then return {'lost', -1, -1} end
    spent = tonumber(known)
    if spent >= budget or spent + cost > budget then return {'budget', left, spent} end
end
if use == 1 then
    if limit >= 0 then
        redis.call('ZADD', KEYS[1], now, member)
        redis.call('PEXPIRE', KEYS[1], window + 1000)
    end
    if budget >= 0 then
        spent = redis.call('INCRBY', KEYS[2], cost)
        redis.call('EXPIRE', KEYS[2], ARGV[8])
        redis.call('ZADD', KEYS[4], redis.call('INCR', KEYS[5]), KEYS[2])
    end
    redis.call('HSET', KEYS[3], 'reserved', cost, 'budget', KEYS[2])
    redis.call('EXPIRE', KEYS[3], ARGV[9])
end
return {'', left, spent}
"""
_SETTLE = """
local reserved = redis.call('HGET', KEYS[1], 'reserved')
if not reserved then return {'unknown', 0} end
if redis.call('HSETNX', KEYS[1], 'settled', ARGV[1]) == 0 then return {'known', 0} end
local counter = redis.call('HGET', KEYS[1], 'budget')
if redis.call('EXISTS', counter) == 1 then
    redis.call('INCRBY', counter, tonumber(ARGV[1]) - tonumber(reserved))
    redis.call('ZADD', KEYS[2], redis.call('INCR', KEYS[3]), counter)
end
return {'', tonumber(reserved)}
"""
_ADD = """
for place = 3, #KEYS do
    if redis.call('EXISTS', KEYS[place]) == 0 then return 'lost' end
end
for place = 3, #KEYS do
    redis.call('INCRBY', KEYS[place], ARGV[place - 2])
    redis.call('ZADD', KEYS[1], redis.call('INCR', KEYS[2]), KEYS[place])
end
return ''
"""
# What changed again since it was read stays to be settled.
_SETTLED = """
for place = 1, #ARGV, 2 do
    if tonumber(redis.call('ZSCORE', KEYS[1], ARGV[place]) or -1) == tonumber(ARGV[place + 1]) then redis.call('ZREM', KEYS[1], ARGV[place]) end
end
"""


@functools.cache
def _client(_process: int) -> Any:
    """Return the connections of this process; a fork makes its own."""
    import redis

    return redis.Redis.from_url(
        settings.VALKEY_URL, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE, retry=None
    )


def client() -> Any:
    """Return the connections to the counters."""
    return _client(os.getpid())


@contextlib.contextmanager
def needed() -> Iterator[None]:
    """Refuse what cannot be done without the counters, so that it is sent again; what was counted is known by then."""
    import redis

    try:
        yield
    except (redis.RedisError, OSError) as problem:
        logger.warning("The counters do not answer: %s", problem)
        raise Unavailable(_("Nobody can count at the moment: send it again later.")) from problem


def count_call(grant: GrantFacts, question: Question, call_id: str = "") -> Counted:
    """Count one call against a grant's rate and budget, or say which of them stops it."""
    return _count(grant, question, 1, call_id)


def look_only(grant: GrantFacts, question: Question) -> Counted:
    """Tell what would stop one more call, without counting it."""
    return _count(grant, question, 0, "")


def _count(grant: GrantFacts, question: Question, use: int, call_id: str) -> Counted:
    import redis

    now = clock.now()
    keys = [rate_key(grant.id), budget_key(grant.id, grant.budget_period, now), call_key(call_id or str(uuid7()))]
    keys += _changes()
    values = [
        use, -1 if grant.rate_limit is None else grant.rate_limit, grant.rate_window * 1000,
        int(now.timestamp() * 1000), str(uuid7()), -1 if grant.budget is None else millionths(grant.budget),
        millionths(question.cost), KEPT, CALL_KEPT,
    ]  # fmt: skip
    try:
        found = _run(_COUNT, keys, values)
        if found[0] == b"lost":
            _begin(grant, now)
            found = _run(_COUNT, keys, values)
    except (redis.RedisError, OSError, ValueError):
        logger.warning("Calls of %s cannot be counted; its fail mode is %s.", grant.key, grant.fail_mode)
        return Counted("away")
    stopped, left, spent = found[0].decode(), int(found[1]), int(found[2])
    budget_left = None if grant.budget is None or spent < 0 else grant.budget - Decimal(spent) / MILLION
    return Counted(stopped, left if grant.rate_limit is not None and left >= 0 else None, budget_left)


def settle_call(call_id: str, cost: Decimal) -> str:
    """Put the real cost of a call in the place of what was reserved; "known": said before, "unknown": no such call."""
    found = _run(_SETTLE, [call_key(call_id), *_changes()], [millionths(cost)])
    return found[0].decode()


def spent_of(grant_id: str, period: str, now: datetime) -> Decimal | None:
    """Return what is spent and reserved of a budget in the period of a moment; None when no counter is there."""
    known = client().get(budget_key(grant_id, period, now))
    return None if known is None else Decimal(int(known)) / MILLION


def add_spent(costs: Iterable[tuple[ModelGrant, datetime, Decimal]]) -> None:
    """Count the costs of calls that were made without asking, each in the period in which it was made: all or none."""
    amounts: dict[str, int] = {}
    places: dict[str, tuple[ModelGrant, datetime]] = {}
    for grant, at, cost in costs:
        key = budget_key(str(grant.pk), grant.budget_period, at)
        amounts[key], places[key] = amounts.get(key, 0) + millionths(cost), (grant, at)
    if not amounts:
        return
    keys, values = [*_changes(), *amounts], list(amounts.values())
    if _run(_ADD, keys, values) == b"lost":
        for key, (grant, at) in places.items():
            if not client().exists(key):
                _begin(grant, at)
        _run(_ADD, keys, values)


@dataclass(frozen=True, slots=True)
class Changed:
    """A budget that changed since it was settled: what is spent of it, and a mark of the change."""

    key: str
    mark: str
    grant: str
    period: str
    spent: Decimal | None


def last_change() -> int:
    """Return the number of the last change of any budget."""
    return int(client().get(_changes()[1]) or 0)


def changed(number: int, last: int) -> list[Changed]:
    """Return budgets that changed until a change and are not settled since, those first that wait longest."""
    rows = client().zrange(
        _changes()[0], "-inf", last, byscore=True, offset=0, num=number, withscores=True, score_cast_func=float
    )
    keys = [key.decode() for key, _mark in rows]
    values = client().mget(keys) if keys else []
    return [
        Changed(key, str(int(mark)), *key.rsplit(":", 2)[1:], None if spent is None else Decimal(int(spent)) / MILLION)
        for key, (_key, mark), spent in zip(keys, rows, values, strict=True)
    ]


def are_settled(budgets: Iterable[Changed]) -> None:
    """Forget that budgets changed, unless they did again."""
    values = [text for one in budgets for text in (one.key, one.mark)]
    if values:
        _run(_SETTLED, _changes()[:1], values)


def _begin(grant: GrantFacts | ModelGrant, now: datetime) -> None:
    """Begin a counter from what the books say; of two that begin it, the first counts."""
    begun = spent_by_the_books(grant.id, grant.budget_period, now)
    client().set(budget_key(str(grant.id), grant.budget_period, now), begun, nx=True, ex=KEPT)


def _run(script: str, keys: list[str], values: list[Any]) -> Any:
    return client().eval(script, len(keys), *keys, *values)


def millionths(amount: Decimal) -> int:
    """Return an amount in millionths, rounded up: what is a fraction of one is not free."""
    return -int(-(amount * MILLION) // 1)


def _prefix() -> str:
    return f"gatehouse:calls:{settings.DATABASES['default']['NAME']}"


def _changes() -> list[str]:
    """Name where changed budgets are kept, and what numbers the changes."""
    return [f"{_prefix()}:changed", f"{_prefix()}:changes"]


def rate_key(grant_id: str) -> str:
    """Name the window of a grant."""
    return f"{_prefix()}:rate:{grant_id}"


def budget_key(grant_id: str, period: str, now: datetime) -> str:
    """Name the budget counter of a grant in a period."""
    return f"{_prefix()}:budget:{grant_id}:{period_of(period, now)}"


def call_key(call_id: str) -> str:
    """Name what is known of one call."""
    return f"{_prefix()}:call:{call_id}"
