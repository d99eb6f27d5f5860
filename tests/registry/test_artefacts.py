"""What is versioned beside models: one content is one version, JSON has one spelling, and secrets stay out."""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from django.db.utils import Error

from apps.kernel.errors import Invalid, Refused
from apps.registry import operations
from apps.registry.rules_pure.artefacts import BadContent, digest, normalised
from apps.registry.rules_pure.parts import compare, json_values, text_lines


@pytest.fixture
def prompt(system, owner):
    return operations.register_artefact(actor=owner.as_actor(), system=system, kind="prompt", name="triage")


def test_the_same_content_again_is_the_same_version(prompt, owner):
    def add(text):
        return operations.add_artefact_version(actor=owner.as_actor(), artefact=prompt, content=text).number

    assert [add("Sort\nclaims"), add("Sort\r\nclaims"), add("Sort motor claims"), add("Sort\nclaims")] == [1, 1, 2, 1]


def test_the_same_name_again_is_the_same_artefact(prompt, system, owner):
    again = operations.register_artefact(actor=owner.as_actor(), system=system, kind="prompt", name=" triage ")
    assert again == prompt


def test_parameters_in_another_order_are_the_same_version(system, owner):
    actor = owner.as_actor()
    bounds = operations.register_artefact(actor=actor, system=system, kind="parameters", name="sampling")
    first = operations.add_artefact_version(actor=actor, artefact=bounds, content='{"top_p": 1, "temperature": 0.2}')
    second = operations.add_artefact_version(actor=actor, artefact=bounds, content='{"temperature":0.2,"top_p":1}')
    assert first == second and first.content.index("temperature") < first.content.index("top_p")


@pytest.mark.parametrize(
    ("content", "place"),
    [
        ('{"a": 1,\n "b" 2}', "Line 2, column 6"),
        ('{"a": 1, "a": 2}', "“a” stands twice"),
        ('{"a": NaN}', "NaN"),
        ("[1]", "Line 1"),
        ("", "Line 1"),
        ("[" * 100_000, "deeply|Line 1"),
    ],
)
def test_json_that_is_none_is_refused_with_its_place(content, place):
    with pytest.raises(BadContent, match=place):
        normalised("parameters", content)


def test_a_half_character_has_no_digest():
    with pytest.raises(BadContent, match="half"):
        digest(normalised("parameters", '{"a": "\\ud800"}'))


@pytest.mark.parametrize(
    "secret",
    [
        "Authorization: Bearer abcdefghijklmnopqrstuvwxyz012345",
        "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----",
    ],
)
def test_a_prompt_with_a_secret_is_refused_with_the_line(prompt, owner, secret):
    with pytest.raises(Invalid, match="Line 3"):
        operations.add_artefact_version(actor=owner.as_actor(), artefact=prompt, content=f"You are kind.\n\n{secret}")
    assert not prompt.versions.exists()


def test_the_database_keeps_a_version_as_it_was(prompt, owner):
    operations.add_artefact_version(actor=owner.as_actor(), artefact=prompt, content="Sort claims")
    for statement in ("UPDATE registry_artefactversion SET content = 'x'", "DELETE FROM registry_artefactversion"):
        with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_people_without_the_permission_add_nothing(prompt, employee, auditor, system):
    for person in (employee, auditor):
        with pytest.raises(Refused):
            operations.add_artefact_version(actor=person.as_actor(), artefact=prompt, content="Sort claims")
        with pytest.raises(Refused):
            operations.register_artefact(actor=person.as_actor(), system=system, kind="prompt", name="other")


def test_a_text_difference_shows_what_went_and_what_came():
    lines = text_lines("a\n" * 20 + "old\nend", "a\n" * 20 + "new\nend")
    assert [(line.kind, line.text) for line in lines if line.kind in ("added", "removed")] == [
        ("removed", "old"),
        ("added", "new"),
    ]
    assert lines[0].kind == "skipped" and len(lines) < 10


def test_a_difference_of_json_names_the_places():
    found = json_values('{"a": {"b": [1, 2]}, "c": 1}', '{"a": {"b": [1, 3]}, "d": {}}')
    assert [(v.place, v.before, v.after) for v in found] == [("a.b[1]", "2", "3"), ("c", "1", ""), ("d", "", "{}")]


def test_parts_are_compared_by_kind_and_name_in_any_order():
    def item(name, version, kind="model"):
        return {"kind": kind, "name": name, "version": version}

    found = compare([item("a", "1"), item("b", "1"), item("c", "1")], [item("d", "1"), item("c", "1"), item("b", "2")])
    assert [i["name"] for i in found.added] == ["d"] and [i["name"] for i in found.removed] == ["a"]
    assert [(c.before["version"], c.after["version"]) for c in found.changed] == [("1", "2")]
    assert [i["name"] for i in found.same] == ["c"]
