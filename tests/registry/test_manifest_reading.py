"""What a manifest must look like, without a database: every fault with its place."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from apps.registry.rules_pure import manifest, plain_text

DOCS = Path(__file__).resolve().parents[2] / "docs"
GOOD = {
    "format": "gatehouse-manifest/1",
    "system": {"name": "Claims triage"},
    "models": [
        {
            "name": "urgency", "task": "text-classification", "derivation": "fine_tune", "modalities_in": ["text"],
            "versions": [
                {
                    "name": "2.1", "artefact_digest": "sha256:" + "a" * 64, "released_on": "2026-11-01",
                    "parameters": {"seed": 1}, "data": [{"dataset": "DS-0001", "role": "training"}],
                    "metrics": [{"name": "f1", "value": 0.91, "measured_at": "2026-11-01T10:00:00Z"}],
                    "card": {"intended_use": "Sort claims", "limits": ["Only English"]},
                }
            ],
        }
    ],
    "artefacts": [{"kind": "parameters", "name": "decoding", "content": {"temperature": 0.2}}],
    "release": {"name": "2026.11", "others": [{"kind": "image", "name": "api", "version": "4.2"}]},
}  # fmt: skip


def changed(place, value):
    """Return the good manifest with another value at a place (None: without it)."""
    document = copy.deepcopy(GOOD)
    *way, last = [int(part) if part.isdigit() else part for part in place.strip("/").split("/")]
    target = document
    for part in way:
        target = target[part]
    if value is None:
        del target[last]
    else:
        target[last] = value
    return document


WRONG = [
    ("/format", None, "", "“format” is missing."),
    ("/format", "gatehouse-manifest/9", "/format", "One of: gatehouse-manifest/1."),
    ("/modells", [], "/modells", "There is no such field."),
    ("/models", {}, "/models", "This must be a list."),
    ("/models/0/name", "", "/models/0/name", "This is empty."),
    ("/models/0/name", 7, "/models/0/name", "This must be text."),
    ("/models/0/name", "x" * 201, "/models/0/name", "At most 200 characters."),
    ("/models/0/hosting", "moon", "/models/0/hosting", "One of: own, provider, cloud, unknown."),
    ("/models/0/versions/0/artefact_digest", "sha256:abc", "/models/0/versions/0/artefact_digest", "A digest is written sha256: and 64 hexadecimal digits."),
    ("/models/0/versions/0/released_on", "2026-02-30", "/models/0/versions/0/released_on", "Write the day as 2026-12-31."),
    ("/models/0/versions/0/metrics/0/value", "0.9", "/models/0/versions/0/metrics/0/value", "This must be a number."),
    ("/models/0/versions/0/metrics/0/value", True, "/models/0/versions/0/metrics/0/value", "This must be a number."),
    ("/models/0/versions/0/metrics/0/measured_at", "2026-11-01T10:00:00", "/models/0/versions/0/metrics/0/measured_at", "Write the time as 2026-12-31T14:00:00Z, with its zone."),
    ("/models/0/versions/0/data/0/role", "secret", "/models/0/versions/0/data/0/role", "One of: training, validation, evaluation."),
    ("/models/0/versions/0/card/a~b", 7, "/models/0/versions/0/card/a~0b", "This must be text or a list."),
    ("/artefacts/0/content", None, "/artefacts/0", "“content” is missing."),
    ("/release/others/0/kind", "", "/release/others/0/kind", "This is empty."),
]  # fmt: skip


def test_a_good_manifest_has_nothing_wrong():
    assert manifest.problems(GOOD) == {}
    assert manifest.problems({"format": "gatehouse-manifest/1"}) == {}


@pytest.mark.parametrize(("place", "value", "told", "sentence"), WRONG)
def test_what_is_wrong_is_told_with_its_place(place, value, told, sentence):
    assert manifest.problems(changed(place, value)) == {told: [sentence]}


def test_everything_wrong_is_told_at_once_and_not_without_end():
    document = changed("/models/0/name", 7)
    document["release"] = []
    assert set(manifest.problems(document)) == {"/models/0/name", "/release"}
    document["models"] = [{"name": 7}] * 49
    document["artefacts"] = [{"kind": 1}] * 100
    assert sum(map(len, manifest.problems(document).values())) == manifest.MOST_PROBLEMS
    assert manifest.problems({**GOOD, "models": [{"name": "x"}] * 51}) == {"/models": ["At most 50."]}


def test_the_published_schema_is_the_one_that_counts_and_other_validators_agree():
    published = json.loads((DOCS / "manifest.schema.json").read_text())
    assert published == manifest.SCHEMA
    Draft202012Validator.check_schema(published)
    other = Draft202012Validator(published, format_checker=FormatChecker(["date"]))
    assert other.is_valid(GOOD)
    for place, value, told, _sentence in WRONG:
        found = {manifest.pointer(*error.absolute_path) for error in other.iter_errors(changed(place, value))}
        # They name the object around an unknown field, and check of times only what the format package does.
        around = told.rpartition("/")[0]
        assert told in found or around in found or place.endswith("measured_at"), place


@pytest.mark.parametrize(
    ("document", "place"),
    [
        ([], ""), ("text", ""), (None, ""), (7, ""),
        (changed("/system", {}), "/system"), (changed("/system", None), "/system"),
        (changed("/models/0/versions/0/artefact_digest", None), "/models/0/versions/0"),
        (changed("/models", [*GOOD["models"], {"name": "urgency"}]), "/models/1"),
        (changed("/models/0/versions/0/parameters", {"a": "\x00"}), "/models/0/versions/0/parameters/a"),
        (changed("/models/0/summary", "\ud800"), "/models/0/summary"),
        (changed("/models/0/versions/0/metrics/0/value", float("inf")), "/models/0/versions/0/metrics/0/value"),
    ],
)  # fmt: skip
def test_what_a_schema_cannot_say_is_told_too(document, place):
    assert list(manifest.problems(document)) == [place]


def test_a_nest_without_end_is_refused():
    value = {}
    for _time in range(200):
        value = {"a": value}
    assert any(
        "nested" in texts[0] for texts in manifest.problems(changed("/models/0/versions/0/parameters", value)).values()
    )


def test_json_yaml_and_toml_say_the_same():
    expected = {
        "format": "gatehouse-manifest/1",
        "models": [{"name": "a", "versions": [{"released_on": "2026-11-01"}]}],
    }
    yaml = "format: gatehouse-manifest/1\nmodels:\n- name: a\n  versions:\n  - released_on: 2026-11-01\n"
    toml = 'format = "gatehouse-manifest/1"\n[[models]]\nname = "a"\n[[models.versions]]\nreleased_on = 2026-11-01\n'
    assert (
        plain_text.read(json.dumps(expected)) == plain_text.read(yaml) == plain_text.read(toml, toml=True) == expected
    )


@pytest.mark.parametrize(
    "text",
    ['{"a": 1, "a": 2}', "a: 1\na: 2\n", "a: &x [1]\nb: *x\n", '{"a": NaN}', "{", "a: [", "1: a", "!!python/name:os a",
     "[" * 100_000, "a: " + "[" * 5_000, "- ? [a]\n  : b", "\x00", "a: 2026-13-99T99:99:99Z\nb: @"],
)  # fmt: skip
def test_a_text_that_surprises_is_refused(text):
    with pytest.raises(plain_text.Unreadable):
        plain_text.read(text)
