"""Files that no tool should write and somebody sends anyway: told what is wrong, never half taken, never an error of ours."""

from __future__ import annotations

import io
import json
import zipfile

import pytest

from apps.catalog.models import DataContract, Dataset, QualityResult
from apps.integrations.operations import import_contract, import_dbt, import_expectations
from apps.integrations.rules_pure.odcs import read
from apps.kernel.errors import Invalid

pytestmark = pytest.mark.django_db

CONTRACT = """
kind: DataContract
apiVersion: v3.1.0
id: claims
version: 1.0.0
status: active
{more}
schema:
- name: claim
  properties:
  - name: id
    quality: [{rule}]
"""


@pytest.mark.parametrize(
    "more, rule",
    [
        ("", "{on: 1, metric: nullValues}"),
        ("", "{1: x, metric: nullValues}"),
        ("custom: !!binary aGVsbG8=", "{metric: nullValues}"),
        ("custom: !!set {a, b}", "{metric: nullValues}"),
        ('custom: "\\ud800"', "{metric: nullValues}"),
        ('custom: "\\0"', "{metric: nullValues}"),
    ],
    ids=["key-is-true", "key-is-a-number", "binary", "set", "half-a-character", "nothing"],
)
def test_a_contract_of_strange_values_is_refused_and_leaves_nothing(platform, steward, more, rule):
    content = CONTRACT.format(more=more, rule=rule).encode()
    with pytest.raises(Invalid):
        import_contract(actor=steward.as_actor(), platform=platform, content=content)
    assert not DataContract.objects.exists() and not Dataset.objects.exists()


def test_a_number_that_is_none_is_taken_as_unknown(platform, steward):
    content = CONTRACT.format(more="price: {priceAmount: .nan}", rule="{metric: nullValues, mustBe: .inf}").encode()
    import_contract(actor=steward.as_actor(), platform=platform, content=content)
    assert DataContract.objects.get().body["price"] == {"priceAmount": None}


def test_an_escaped_backslash_is_no_character_that_cannot_be_kept(platform, steward):
    content = CONTRACT.format(more='name: "\\\\u0000 in words"', rule="{metric: nullValues}").encode()
    import_contract(actor=steward.as_actor(), platform=platform, content=content)
    assert DataContract.objects.get().name == "\\u0000 in words"


@pytest.mark.parametrize("value, unit, days", [("0.5", "d", 1), ("1.5", "d", 2), ("3", "y", 1095)])
def test_part_of_a_day_is_a_day(value, unit, days):
    said = f"slaProperties: [{{property: retention, value: {value}, unit: {unit}}}]"
    assert read(CONTRACT.format(more=said, rule="{metric: nullValues}").encode()).retention_days == days


def test_results_with_no_number_are_taken_without_it(dataset, steward):
    result = {
        "success": False,
        "results": [
            {
                "success": False, "expectation_config": {"type": "expect_column_mean_to_be_between",
                                                         "kwargs": {"column": "amount", "min_value": float("-inf")}},
                "result": {"observed_value": float("nan"), "element_count": 10}, "exception_info": {},
            }
        ],
        "meta": {"run_id": {"run_time": "2026-11-01T00:00:00+00:00"}},
    }  # fmt: skip
    content = json.dumps(result).encode()
    assert b"NaN" in content and b"-Infinity" in content
    import_expectations(actor=steward.as_actor(), dataset=dataset, content=content, name="result")
    assert QualityResult.objects.get().observed == {"element_count": 10}


def archive(*files):
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files:
            made.writestr(name, content)
    return written.getvalue()


def broken():
    """Return an archive whose packed bytes were damaged on the way."""
    whole = bytearray(archive(("manifest.json", b"x" * 5000)))
    start = whole.index(b"manifest.json") + len("manifest.json")
    whole[start : start + 8] = b"\xff" * 8
    return bytes(whole)


@pytest.mark.parametrize(
    "content, why",
    [
        (lambda: broken(), "cannot be read"),
        (lambda: archive(("a/manifest.json", b"{}"), ("b/manifest.json", b"{}")), "two files are called"),
        (lambda: archive(*((f"{n}.json", b"{}") for n in range(30))), "more than 20 files"),
        (lambda: archive(*((f"{n}.json", b" " * 19_000_000) for n in range(4))), "MB together"),
    ],
    ids=["damaged", "twice-one-name", "many", "large-together"],
)
def test_an_archive_that_cannot_be_taken_is_told_so(platform, steward, content, why):
    with pytest.raises(Invalid, match=why):
        import_dbt(actor=steward.as_actor(), platform=platform, files={"artifacts.zip": content()})
