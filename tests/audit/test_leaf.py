"""The leaf format is frozen: whoever changes it breaks every ledger that was sealed before."""

from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from apps.audit.rules_pure import leaf

GOLDEN_VALUES = {
    "id": "42",
    "kind": "change",
    "event": "inventory.system.edited",
    "subject_type": "inventory.system",
    "subject_id": "0193-a",
    "actor_kind": "person",
    "actor_id": "0193-b",
    "changes": '{"name": ["Übersicht", "a \\"new\\" name\\n"], "owner": [null, "sha256:ab"]}',
    "details": '{"row": "update"}',
    "reason_commitment": "",
    "correlation_id": "c-1",
    "origin": "web",
    "request_key": None,
    "database_user": "gatehouse_app",
    "occurred_at": "2026-05-03T10:00:00.000000Z",
    "recorded_at": "2026-05-03T10:00:00.120000Z",
    "cluster": "7450000000000000000",
    "xid": "991",
}
GOLDEN_LINE = (
    '{"actor_id":"0193-b","actor_kind":"person","changes":"{\\"name\\": [\\"Übersicht\\", \\"a \\\\\\"new\\\\\\" name\\\\n\\"]'
    ', \\"owner\\": [null, \\"sha256:ab\\"]}","cluster":"7450000000000000000","correlation_id":"c-1",'
    '"database_user":"gatehouse_app","details":"{\\"row\\": \\"update\\"}","event":"inventory.system.edited","id":"42",'
    '"kind":"change","occurred_at":"2026-05-03T10:00:00.000000Z","origin":"web","reason_commitment":"",'
    '"recorded_at":"2026-05-03T10:00:00.120000Z","request_key":null,"subject_id":"0193-a",'
    '"subject_type":"inventory.system","xid":"991"}'
)
GOLDEN_HASH = "a0a8a80ff3c2570b6ae30926f0ad43a5537360bc26cf73183ad223a2b2ab4a5e"


def copied(values):
    """A row as COPY's text format prints it."""
    escapes = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f", "\v": "\\v"}
    fields = []
    for name in leaf.FIELDS:
        value = values[name]
        if value is None:
            fields.append("\\N")
        elif name in leaf.MOMENTS:
            moment = value.replace("T", " ").removesuffix("Z").rstrip("0").rstrip(".")
            fields.append(moment + "+00")
        else:
            fields.append("".join(escapes.get(character, character) for character in value))
    return "\t".join(fields).encode()


def test_it_writes_the_golden_line():
    assert leaf.canonical_text(GOLDEN_VALUES) == GOLDEN_LINE
    assert leaf.leaf_hash(GOLDEN_LINE.encode()).hex() == GOLDEN_HASH
    assert sha256(b"\x00gatehouse-entry-v1\n" + GOLDEN_LINE.encode()).hexdigest() == GOLDEN_HASH


def test_it_is_canonical_json():
    assert leaf.canonical_text(GOLDEN_VALUES).encode() == rfc8785.dumps(GOLDEN_VALUES)
    assert sorted(leaf.FIELDS) == list(leaf.FIELDS) == sorted(GOLDEN_VALUES)


def test_it_reads_what_copy_prints():
    assert leaf.line_from_copy(copied(GOLDEN_VALUES)).decode() == GOLDEN_LINE
    assert leaf.exact_line_from_copy(copied(GOLDEN_VALUES)).decode() == GOLDEN_LINE


TEXT = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]))


@given(
    st.fixed_dictionaries({name: TEXT for name in leaf.FIELDS if name not in leaf.MOMENTS}),
    st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(2999, 1, 1)),
    st.booleans(),
)
def test_it_writes_any_text_canonically_by_both_ways(texts, moment, without_key):
    written = leaf.moment_text(moment.replace(tzinfo=UTC))
    values = {**texts, "occurred_at": written, "recorded_at": written}
    if without_key:
        values["request_key"] = None
    exact = leaf.exact_line_from_copy(copied(values))
    assert exact == rfc8785.dumps(values)
    fast = leaf.line_from_copy(copied(values))
    rare = {chr(code) for code in range(32)} - set("\b\t\n\f\r")
    assert fast == exact or rare & set("".join(texts.values()))


def test_it_writes_moments_in_utc_with_six_digits():
    moment = datetime(2026, 5, 3, 12, 0, 0, 500, tzinfo=timezone(timedelta(hours=2)))
    assert leaf.moment_text(moment) == "2026-05-03T10:00:00.000500Z"


def test_it_refuses_what_is_not_text():
    with pytest.raises(TypeError):
        leaf.canonical_text({**GOLDEN_VALUES, "id": 42})
    with pytest.raises(TypeError):
        leaf.canonical_text({**GOLDEN_VALUES, "event": None})


def test_it_prints_json_as_the_database_does():
    assert leaf.jsonb_text({"bb": "1", "a": [None, "ü"], "ab": {}}) == '{"a": [null, "ü"], "ab": {}, "bb": "1"}'
