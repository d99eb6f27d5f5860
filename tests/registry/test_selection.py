"""Selection: unknown is never met, who fails a must never wins, and nobody in a high tier decides on their own table."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.db.utils import Error
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.inventory import operations as inventory
from apps.kernel.errors import Conflict, Invalid, Refused
from apps.registry import operations
from apps.registry.models import Dissent
from apps.registry.queries.selections import comparison, mine_open, to_decide
from apps.registry.rules_pure.selecting import Facts, Need, Volume, compare, monthly_cost

number = st.one_of(st.none(), st.decimals(0, 100, places=2))
facts = st.builds(
    Facts,
    key=st.uuids().map(str),
    name=st.just("x"),
    quality=number,
    input_price=number,
    output_price=number,
    fixed_price=number,
    latency=st.one_of(st.none(), st.integers(0, 5000)),
    risk=st.one_of(st.none(), st.integers(1, 5)),
    region=st.sampled_from(["", "EU", "US", "EU, US"]),
    trains=st.sampled_from(["yes", "no", "unknown"]),
)
bound = st.one_of(st.none(), st.decimals(0, 100, places=1))
needs = st.tuples(
    st.builds(Need, st.just("quality"), st.integers(0, 5), st.booleans(), least=bound),
    st.builds(Need, st.just("price"), st.integers(0, 5), st.booleans(), most=bound),
    st.builds(Need, st.just("latency"), st.integers(0, 5), st.booleans(), most=bound),
    st.builds(Need, st.just("region"), st.integers(0, 5), st.booleans(), among=st.sampled_from([(), ("EU",)])),
    st.builds(Need, st.just("terms"), st.integers(0, 5), st.booleans()),
)
VOLUME = Volume(1000, 500, 100)


@settings(max_examples=100, deadline=None)
@given(needs, st.lists(facts, min_size=1, max_size=6, unique_by=lambda one: one.key), st.randoms())
def test_who_fails_a_must_never_wins_and_the_order_changes_nothing(wanted, candidates, random):
    table = compare(wanted, candidates, VOLUME)
    for place, standing in enumerate(table.standings):
        unmet = [row.need for row in table.rows if row.need.must and row.cells[place].verdict != "met"]
        assert bool(unmet) == (not standing.eligible)
        if unmet:
            assert standing.score is None and not standing.leads
        elif standing.score is not None:
            assert 0 <= standing.score <= 100
    shuffled = list(candidates)
    random.shuffle(shuffled)
    again = {one.key: one for one in compare(wanted, shuffled, VOLUME).standings}
    assert again == {one.key: one for one in table.standings}


@pytest.mark.parametrize(
    ("known", "volume", "cost"),
    [
        ({"input_price": 3, "output_price": 15}, Volume(1_000_000, 800, 200), "5400"),
        ({"input_price": 3, "output_price": 15, "fixed_price": 100}, Volume(1, 0, 0), "100"),
        ({"input_price": "0.15", "output_price": "0.6"}, Volume(3, 1, 1), "0.00000225"),
        ({"fixed_price": "1200.50"}, Volume(), "1200.50"),
        ({"input_price": 3}, Volume(1, 1, 1), None),
        ({"input_price": 3, "output_price": 15}, Volume(None, 1, 1), None),
        ({}, Volume(1, 1, 1), None),
    ],
)
def test_the_cost_of_a_month_is_exact_or_not_known(known, volume, cost):
    values = {name: Decimal(value) for name, value in known.items()}
    assert monthly_cost(Facts("a", "a", **values), volume) == (Decimal(cost) if cost else None)


@pytest.fixture
def use_case(system, owner, claims):
    made = inventory.register_use_case(
        actor=owner.as_actor(), name="Claims triage", purpose="Sort claims.", department=claims, owner=owner,
        provisional_tier="T2",
    )  # fmt: skip
    return inventory.link_use_case(actor=owner.as_actor(), use_case=made, system=system)


@pytest.fixture
def selection(use_case, owner):
    """A comparison in which latency is a must."""
    return operations.open_selection(
        actor=owner.as_actor(), use_case=use_case, title="Which model sorts claims", calls_a_month=100_000,
        input_tokens=1000, output_tokens=100,
        needs=[
            {"criterion": "quality", "weight": 5},
            {"criterion": "price", "weight": 3, "most": "500"},
            {"criterion": "latency", "weight": 1, "must": True, "most": "900"},
        ],
    )  # fmt: skip


@pytest.fixture
def candidates(selection, owner):
    """The best one is too slow, of the third nobody measured how fast it is."""
    rows = (
        ("Slow", {"quality": "0.9", "input_price": "1", "output_price": "2", "latency_ms": 2000}),
        ("Steady", {"quality": "0.8", "input_price": "1", "output_price": "2", "latency_ms": 400}),
        ("Untried", {"quality": "0.95", "fixed_price": "90"}),
    )
    return [
        operations.add_candidate(
            actor=owner.as_actor(), selection=selection, name=name,
            **{key: value if key == "latency_ms" else Decimal(value) for key, value in facts.items()},
        )
        for name, facts in rows
    ]  # fmt: skip


def test_only_those_who_meet_every_must_are_ranked(selection, candidates):
    slow, steady, untried = comparison(selection).standings
    assert (slow.fails, untried.lacks, steady.leads) == (("latency",), ("latency",), True)
    assert slow.score is None and untried.score is None and steady.cost == Decimal("120.00")


def test_the_one_who_made_the_table_does_not_decide_in_a_high_tier(selection, candidates, owner, model_owner):
    with pytest.raises(Refused, match="somebody else"):
        operations.decide_selection(actor=owner.as_actor(), selection=selection, candidate=candidates[1], reason="Good")
    assert selection in to_decide(model_owner) and selection in mine_open(owner)
    found = operations.decide_selection(
        actor=model_owner.as_actor(), selection=selection, candidate=candidates[1], reason="The only fast one"
    )
    assert found.chosen == candidates[1] and found.frozen["candidates"][0]["fails"] == ["latency"]
    assert selection not in to_decide(model_owner)


@pytest.mark.parametrize("opened_by", ["model_owner", "owner"])
def test_the_one_who_entered_everything_does_not_decide_either(use_case, model_owner, opened_by, request):
    opens = request.getfixturevalue(opened_by)
    made = operations.open_selection(actor=opens.as_actor(), use_case=use_case, title="Another")
    for name in ("A", "B"):
        one = operations.add_candidate(actor=model_owner.as_actor(), selection=made, name=name)
    with pytest.raises(Refused, match="somebody else"):
        operations.decide_selection(actor=model_owner.as_actor(), selection=made, candidate=one, reason="Good")


def test_in_a_low_tier_one_person_compares_and_decides(claims, owner):
    use_case = inventory.register_use_case(
        actor=owner.as_actor(),
        name="Notes",
        purpose="Summarise.",
        department=claims,
        owner=owner,
        provisional_tier="T4",
    )
    made = operations.open_selection(actor=owner.as_actor(), use_case=use_case, title="Which one")
    one, _two = (operations.add_candidate(actor=owner.as_actor(), selection=made, name=name) for name in ("A", "B"))
    assert (
        operations.decide_selection(actor=owner.as_actor(), selection=made, candidate=one, reason="Cheap").chosen == one
    )


@pytest.mark.parametrize("reason", ["", "   ", "It is the best"])
def test_one_that_fails_a_must_needs_a_reason_that_names_it(selection, candidates, model_owner, reason):
    with pytest.raises(Invalid):
        operations.decide_selection(
            actor=model_owner.as_actor(), selection=selection, candidate=candidates[0], reason=reason
        )
    found = operations.decide_selection(
        actor=model_owner.as_actor(), selection=selection, candidate=candidates[0],
        reason="The latency does not matter: claims are sorted at night",
    )  # fmt: skip
    assert found.chosen == candidates[0]


def test_a_decision_closes_the_table_but_not_the_dissent(selection, candidates, owner, model_owner, analyst, outsider):
    operations.decide_selection(
        actor=model_owner.as_actor(), selection=selection, candidate=candidates[1], reason="The only fast one"
    )
    for refused in (
        lambda: operations.add_candidate(actor=owner.as_actor(), selection=selection, name="Late"),
        lambda: operations.edit_needs(actor=owner.as_actor(), selection=selection, needs=[]),
        lambda: operations.remove_candidate(actor=owner.as_actor(), selection=selection, candidate=candidates[0]),
        lambda: operations.abandon_selection(actor=owner.as_actor(), selection=selection, reason="No"),
        lambda: operations.dissent(actor=outsider.as_actor(), selection=selection, text="I see nothing"),
    ):
        with pytest.raises(Refused):
            refused()
    for statement in (
        "UPDATE registry_selection SET reason = 'Other'",
        "DELETE FROM registry_candidate",
        "UPDATE registry_candidate SET quality = 1",
    ):
        with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    said = operations.dissent(
        actor=analyst.as_actor(), selection=selection, text="Try the third", preferred=candidates[2]
    )
    with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE registry_dissent SET text = 'Fine'")
    assert Dissent.objects.get() == said


def test_two_people_at_once_do_not_overwrite_each_other(selection, owner):
    seen = selection.version
    operations.edit_needs(actor=owner.as_actor(), selection=selection, needs=[], version=seen)
    with pytest.raises(Conflict):
        operations.edit_needs(actor=owner.as_actor(), selection=selection, needs=[], version=seen)


@pytest.mark.parametrize(
    "need",
    [
        {"criterion": "charm", "weight": 1},
        {"criterion": "quality", "weight": 6},
        {"criterion": "quality", "weight": 1, "must": True},
        {"criterion": "price", "weight": 1, "most": "cheap"},
        {"criterion": "price", "weight": 1, "most": "NaN"},
        {"criterion": "region", "weight": 1, "must": True, "among": []},
    ],
)
def test_a_need_that_cannot_be_checked_is_refused(selection, owner, need):
    with pytest.raises(Invalid):
        operations.edit_needs(actor=owner.as_actor(), selection=selection, needs=[need])


def test_terms_and_risk_come_from_the_providers_terms(selection, owner, model_owner, claims):
    actor = model_owner.as_actor()
    model = operations.register_model(actor=actor, name="hosted", department=claims)
    version = operations.register_version(actor=actor, ai_model=model, name="1", snapshot="2026-10-01")
    operations.record_terms(
        actor=actor, ai_model=model, valid_from=date(2026, 1, 1), title="Terms 3", regions=["EU"],
        trains_on_our_data="no", keeps_input_days=90,
    )  # fmt: skip
    made = operations.add_candidate(
        actor=owner.as_actor(), selection=selection, name="Hosted", model_version=version, region="DE"
    )
    assert (made.region, made.terms, made.trains_on_our_data, made.risk) == ("DE", "Terms 3", "no", 2)


def test_the_page_shows_candidates_side_by_side_and_says_the_best_in_words(
    client, as_person, owner, selection, candidates, outsider, model_owner
):
    as_person(client, owner)
    page = client.get(reverse("registry:selection", args=[selection.key])).content.decode()
    assert (
        page.count("(best)") == 3
        and "does not meet Latency" in page
        and "not known whether it meets Latency" in page
        and "Leads" in page
    )
    assert "somebody else decides" in page
    as_person(client, outsider)
    assert client.get(reverse("registry:selection", args=[selection.key])).status_code == 404
    as_person(client, model_owner)
    posted = {"candidate": candidates[0].pk, "reason": "Nicer"}
    answer = client.post(reverse("registry:selection_decide", args=[selection.key]), posted)
    assert answer.status_code == 422 and "Name it in the reason" in answer.content.decode()


def test_the_forms_open_a_comparison_and_fill_it(client, as_person, owner, use_case):
    as_person(client, owner)
    values = {
        "title": "Which",
        "currency": "EUR",
        "calls_a_month": "1000",
        "quality_weight": "5",
        "quality_bound": "0.7",
    }
    values |= {"quality_must": "on", "region_weight": "2", "region_bound": "EU, DE"}
    answer = client.post(reverse("registry:selection_open", args=[use_case.key]), values)
    made = use_case.selections.get()
    assert answer.status_code == 302 and made.needs == [
        {"criterion": "quality", "weight": 5, "must": True, "least": "0.7"},
        {"criterion": "region", "weight": 2, "must": False, "among": ["EU", "DE"]},
    ]
    added = {"name": "One", "trains_on_our_data": "no", "quality": "0.8", "input_price": "1", "output_price": "2"}
    client.post(reverse("registry:selection_candidate_add", args=[made.key]), added)
    one = made.candidates.get()
    edit = reverse("registry:selection_candidate_edit", args=[made.key, one.pk])
    client.post(edit, {**added, "quality": "0.6"})
    one.refresh_from_db()
    assert one.quality == Decimal("0.6") and client.get(edit).status_code == 200
    client.post(edit, {"remove": "yes"})
    assert not made.candidates.exists()
    page = client.get(reverse("registry:selection_needs", args=[made.key])).content.decode()
    assert (
        'value="0.7"' in page
        and made.key in client.get(reverse("inventory:use_case", args=[use_case.key])).content.decode()
    )
