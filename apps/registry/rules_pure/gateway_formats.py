"""What gateways tell of their keys, read into one shape: LiteLLM's /key/list and /key/info, and a plain format of our own.

The keys themselves are dropped while reading: only the beginning of their hash stays.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

PLAIN, LITELLM = "gatehouse-gateway-keys/1", "litellm"
MOST_KEYS = 20_000
HASH_SHOWN = 12
MOST_CALLS, MOST_DAYS = 10**12, 10**6
# LiteLLM's words for "everything": a key with no list at all may call everything too.
EVERYTHING = frozenset({"all-proxy-models", "all-team-models", "*"})
DURATION = re.compile(r"(\d{1,6})(s|m|h|d|w|mo)\Z")
DAYS = {"s": Decimal(1) / 86_400, "m": Decimal(1) / 1440, "h": Decimal(1) / 24, "d": 1, "w": 7, "mo": 30}
GRANT = re.compile(r"MGR-\d{4,}\Z")


class NotUnderstood(Exception):
    """The document is not of the shape it should be; says where."""

    def __init__(self, place: str, problem: str) -> None:
        self.place, self.problem = place, problem
        super().__init__(f"{place}: {problem}")


@dataclass(frozen=True, slots=True)
class ReadKey:
    """A key as a gateway told of it; no limit where there is none."""

    identity: str
    alias: str = ""
    hash_prefix: str = ""
    grant: str = ""
    model_names: tuple[str, ...] = ()
    every_model: bool = False
    calls_per_minute: Decimal | None = None
    budget: Decimal | None = None
    budget_days: Decimal | None = None
    valid_until: datetime | None = None
    blocked: bool = False


def read_keys(document: Any) -> tuple[str, list[ReadKey]]:
    """Return the format and the keys of a document, or say where it is not understood."""
    rows, kind = _rows(document)
    if len(rows) > MOST_KEYS:
        raise NotUnderstood("keys", f"more than {MOST_KEYS:,} keys")
    reads = _plain if kind == PLAIN else _litellm
    found = [reads(row, f"keys[{place}]") for place, row in enumerate(rows)]
    seen: dict[str, int] = {}
    for place, key in enumerate(found):
        if key.identity in seen:
            raise NotUnderstood(f"keys[{place}]", f"the same key as keys[{seen[key.identity]}]")
        seen[key.identity] = place
    return kind, sorted(found, key=lambda key: key.identity)


def _rows(document: Any) -> tuple[list[Any], str]:
    if isinstance(document, Mapping):
        kind = PLAIN if document.get("format") == PLAIN else LITELLM
        if document.get("format") not in (None, PLAIN, LITELLM):
            raise NotUnderstood("format", f"neither “{PLAIN}” nor LiteLLM's list")
        rows = [document] if "info" in document else document.get("keys")
    else:
        rows, kind = document, LITELLM
    if not isinstance(rows, list):
        raise NotUnderstood("keys", "a list of keys is missing")
    return rows, kind


def _litellm(row: Any, place: str) -> ReadKey:
    if isinstance(row, str):
        raise NotUnderstood(place, "only a hash: ask the gateway with return_full_object=true")
    _object(row, place)
    info = row.get("info") if isinstance(row.get("info"), Mapping) else row
    metadata = info.get("metadata") if isinstance(info.get("metadata"), Mapping) else {}
    alias = _text(info, "key_alias", place, 200)
    names = tuple(sorted(set(_texts(info, "models", place))))
    every = not names or bool(EVERYTHING & set(names))
    prefix = _hash(info.get("token") or row.get("key") or "")
    cited = str(metadata.get("grant") or (alias if GRANT.match(alias) else ""))[:60]
    rpm = _number(info, "rpm_limit", place)
    budget, days = _number(info, "max_budget", place), _days(info.get("budget_duration"), place)
    return ReadKey(
        _identity(prefix, alias, place), alias, prefix, cited, () if every else names, every, rpm, budget,
        days if budget is not None else None, _moment(info.get("expires"), f"{place}.expires"),
        info.get("blocked") is True,
    )  # fmt: skip


def _plain(row: Any, place: str) -> ReadKey:
    _object(row, place)
    alias, prefix = _text(row, "alias", place, 200), _text(row, "hash", place, 200)[:HASH_SHOWN]
    names = tuple(sorted(set(_texts(row, "models", place))))
    every = bool(EVERYTHING & set(names))
    calls = row.get("calls")
    rate = None
    if calls is not None:
        _object(calls, f"{place}.calls")
        limit, window = _number(calls, "limit", f"{place}.calls"), _number(calls, "window", f"{place}.calls")
        if limit is None or not window:
            raise NotUnderstood(f"{place}.calls", "says a limit and a window in seconds")
        rate = (limit * 60 / window).quantize(Decimal("0.0001"))
        if rate >= MOST_CALLS:
            raise NotUnderstood(f"{place}.calls", "more calls a minute than can be counted")
    amount, days = None, None
    if row.get("budget") is not None:
        _object(row["budget"], f"{place}.budget")
        amount = _number(row["budget"], "amount", f"{place}.budget")
        period = row["budget"].get("period", "total")
        if amount is None or period not in ("day", "month", "total"):
            raise NotUnderstood(f"{place}.budget", "says an amount, and day, month or total")
        days = {"day": Decimal(1), "month": Decimal(30)}.get(period)
    return ReadKey(
        _identity(prefix, alias, place), alias, prefix, _text(row, "grant", place, 60), () if every else names, every,
        rate, amount, days, _moment(row.get("until"), f"{place}.until"), row.get("blocked") is True,
    )  # fmt: skip


def _object(row: Any, place: str) -> None:
    if not isinstance(row, Mapping):
        raise NotUnderstood(place, "not an object")


def _identity(prefix: str, alias: str, place: str) -> str:
    if not (prefix or alias):
        raise NotUnderstood(place, "neither an alias nor a hash")
    return prefix or alias


def _hash(token: Any) -> str:
    """Return the beginning of a key's hash; what looks like the key itself is hashed first, as the gateway does."""
    text = str(token)
    if not text:
        return ""
    hashed = text if re.fullmatch(r"[0-9a-f]{64}", text) else hashlib.sha256(text.encode()).hexdigest()
    return hashed[:HASH_SHOWN]


def _text(row: Mapping[str, Any], name: str, place: str, most: int) -> str:
    value = row.get(name)
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > most or not value.isprintable():
        raise NotUnderstood(f"{place}.{name}", f"a text of up to {most} characters is expected")
    # A key that somebody wrote where its name belongs is not kept either.
    return f"hash {_hash(value)}" if value.startswith("sk-") else value


def _texts(row: Mapping[str, Any], name: str, place: str) -> list[str]:
    value = row.get(name)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(one, str) and 0 < len(one) <= 300 for one in value):
        raise NotUnderstood(f"{place}.{name}", "a list of names is expected")
    return value


def _number(row: Mapping[str, Any], name: str, place: str) -> Decimal | None:
    value = row.get(name)
    if value is None:
        return None
    try:
        if isinstance(value, bool):
            raise InvalidOperation
        number = Decimal(str(value))
    except InvalidOperation:
        raise NotUnderstood(f"{place}.{name}", "a number is expected") from None
    if not number.is_finite() or not 0 <= number < 10**12:
        raise NotUnderstood(f"{place}.{name}", "a number from 0 up to a million millions is expected")
    return number.quantize(Decimal("0.0001"))


def _days(value: Any, place: str) -> Decimal | None:
    if value in (None, ""):
        return None
    found = DURATION.match(str(value))
    if not found or not int(found[1]):
        raise NotUnderstood(f"{place}.budget_duration", "a time as 30d or 1mo is expected")
    days = (int(found[1]) * Decimal(DAYS[found[2]])).quantize(Decimal("0.0001"))
    if days >= MOST_DAYS:
        raise NotUnderstood(f"{place}.budget_duration", "a longer time than can be kept")
    return days


def _moment(value: Any, place: str) -> datetime | None:
    if value in (None, ""):
        return None
    try:
        found = datetime.fromisoformat(str(value))
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise NotUnderstood(place, "a moment as 2026-11-23T12:00:00Z is expected") from None
