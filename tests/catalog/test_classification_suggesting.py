"""What is suggested for a field, from everything but its values; and how good that is on labelled columns."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.catalog.rules_pure.classification.carrying import Line, carry, path_of
from apps.catalog.rules_pure.classification.counting import (
    LEVELS,
    Class,
    Said,
    counting,
    highest,
    lowered,
    made,
    of_dataset,
)
from apps.catalog.rules_pure.classification.suggesting import Described, Term, suggest
from bench.classification import half_of, measure, rows_of

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def said(path, data_type="text", **more):
    found = suggest(Described(path=path, data_type=data_type, **more))
    return found.classified.level, " ".join(sorted(found.classified.categories))


@pytest.mark.parametrize(
    ("path", "data_type", "dataset", "expected"),
    [
        ("emailAddress", "string", "", ("confidential", "personal")),
        ("E-Mail-Adresse", "text", "", ("confidential", "personal")),
        ("customer.contact.email", "text", "", ("confidential", "personal")),
        ("geburtsdatum", "date", "", ("confidential", "personal")),
        ("Straße", "text", "kunde", ("confidential", "personal")),
        ("steuer_id", "text", "", ("restricted", "personal")),
        ("iban", "text", "", ("confidential", "financial personal")),
        ("icd10_code", "text", "", ("restricted", "health personal special_category")),
        ("konfession", "text", "", ("restricted", "personal special_category")),
        ("client_ip", "inet", "", ("confidential", "personal")),
        ("bruttogehalt", "numeric", "", ("confidential", "financial personal")),
        ("has_diabetes", "boolean", "patient", ("restricted", "health personal special_category")),
        ("api_key", "text", "", ("restricted", "")),
        ("created_at", "timestamp", "", ("internal", "")),
    ],
)
def test_it_knows_words_and_abbreviations_in_english_and_german(path, data_type, dataset, expected):
    assert said(path, data_type, dataset=dataset) == expected


@pytest.mark.parametrize(
    ("path", "data_type", "dataset"),
    [
        ("has_email", "boolean", "queue"),
        ("email", "boolean", "queue"),
        ("email_count", "integer", "customer"),
        ("email_template_id", "integer", "queue"),
        ("product_name", "text", "customer_order"),
        ("file_name", "text", "uploads"),
        ("city", "text", "warehouse"),
        ("phone_number_type_id", "integer", "person"),
        ("token_count", "integer", "prompt"),
    ],
)
def test_what_only_sounds_personal_is_not(path, data_type, dataset):
    assert "personal" not in said(path, data_type, dataset=dataset)[1]


def test_a_hash_or_a_mask_is_one_level_lower_and_says_so():
    found = suggest(Described("diagnosis_masked", "text"))
    assert found.classified == Class("confidential", frozenset({"personal"}))
    assert "one level lower" in found.reason
    assert said("password_hash") == ("restricted", "")


def test_tags_of_contracts_dbt_and_upstream_count_and_are_named():
    assert said("x", tags=("classification=restricted",)) == ("restricted", "")
    assert said("x", tags=("PII",)) == ("confidential", "personal")
    assert said("x", tags=("contains_pii: true",)) == ("confidential", "personal")
    assert said("x", tags=("pii=false",)) == ("", "")
    assert said("x", tags=("phi",)) == ("restricted", "health personal special_category")
    assert said("country_code", tags=("classification=public",)) == ("public", "")
    found = suggest(Described("email", "text", tags=("classification=public",)))
    assert found.classified == Class("confidential", frozenset({"personal"}))
    assert found.reason == "Tag “classification=public”; name contains “email”."


def test_terms_count_when_tied_or_called_so_by_name_or_synonym():
    term = Term("Customer e-mail", made("confidential", ["personal"]), ("contact box",))
    assert suggest(Described("contact_box", "text"), [term]).classified == term.classified
    tied = suggest(Described("col_7", "text", terms=(term,)))
    assert tied.reason == "Term “Customer e-mail” is confidential, personal."


def test_nothing_is_suggested_where_nothing_speaks_for_anything():
    assert suggest(Described("xq7", "text")).reason == ""
    assert said("xq7") == ("", "")
    assert said("xq7", description="The patient's diagnosis, as text")[0] == "restricted"


@given(st.text(max_size=60), st.sampled_from(["", "text", "bool", "int", "date"]), st.text(max_size=30))
def test_any_name_can_be_asked_about(path, data_type, dataset):
    found = suggest(Described(path, data_type, dataset=dataset, tags=(path[:40],)))
    assert bool(found.classified.level) == bool(found.reason)


# Measured on columns that people labelled.


def test_the_labelled_columns_are_many_and_of_many_sources():
    rows = rows_of("held-out") + rows_of("tuning")
    assert len(rows) >= 400 and len({row["source"] for row in rows}) >= 15
    assert all(row["level"] in LEVELS for row in rows)
    assert {half_of(row) for row in rows} == {"held-out", "tuning"}
    file = Path(__file__).parent / "data" / "labelled_columns.csv"
    with file.open(newline="") as text:
        assert next(csv.reader(text)) == ["source", "table", "column", "type", "level", "categories"]


def test_suggestions_hold_their_measure_on_the_half_that_was_not_tuned():
    counts, _mistakes, _levels = measure(rows_of("held-out"))
    right, wrong, missed = counts["personal"]
    assert right / (right + wrong) >= 0.9
    assert right / (right + missed) >= 0.9


# What counts, and what is carried.

classes = st.builds(
    made, st.sampled_from(LEVELS), st.frozensets(st.sampled_from(["personal", "special_category", "health", "financial"]))
)  # fmt: skip
any_class = st.one_of(st.just(Class()), classes)


@given(any_class, any_class)
def test_the_higher_of_two_covers_both_and_masking_never_raises(one, other):
    both = one | other
    assert both.covers(one) and both.covers(other) and highest([one, other]) == both
    assert one.level in ("", "public") or one.covers(Class(lowered(one).level))
    assert not lowered(one).categories & {"health", "special_category"}


@given(any_class, any_class, classes, st.integers(-2, 2))
def test_what_a_person_confirmed_counts_until_upstream_rises_later(suggested, carried, confirmed, hours):
    said = Said(suggested, carried, confirmed, NOW, NOW + timedelta(hours=hours))
    found = counting(said)
    if hours <= 0 or confirmed.covers(carried):
        assert found == confirmed
    else:
        assert found == confirmed | carried and said.risen
    known = suggested | carried
    # No tool opens anything to everybody.
    assert counting(Said(suggested, carried)) == (
        Class("internal", known.categories) if known.level == "public" else known
    )


@given(any_class, st.lists(any_class, max_size=4))
def test_a_dataset_is_at_least_confidential_while_a_field_is_unknown(declared, fields):
    found = of_dataset(declared, fields)
    assert found.covers(declared) and all(found.covers(one) for one in fields)
    if not declared.known and Class() in fields:
        assert found.level in ("", "confidential", "restricted")


@given(
    st.dictionaries(st.integers(0, 6), any_class, min_size=1),
    st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6), st.booleans()), max_size=14),
)
def test_carrying_is_the_least_fixed_point_whatever_the_circles(given_classes, edges):
    fields = {n: Said(suggested=given_classes.get(n, Class())) for n in range(7)}
    lines = [Line(a, b, masking=masking) for a, b, masking in edges]
    arrived = carry(fields, lines, {}, NOW)
    counted = {n: counting(Said(one.suggested, arrived[n].carried)) for n, one in fields.items()}
    for line in lines:  # it is a fixed point
        assert arrived[line.target].carried.covers(line.carry(counted[line.source]))
    slow = dict.fromkeys(fields, Class())  # and the least one: what rounds from nothing reach
    for _round in range(60):
        for line in lines:
            slow[line.target] |= line.carry(counting(Said(fields[line.source].suggested, slow[line.source])))
    assert {n: arrived[n].carried for n in fields} == slow
    assert all(len(path_of(arrived, n)) <= 8 for n in fields)
