"""Data that leaves restricted, loses a sensitive category or is opened to everybody: two people, or it stays as it was."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.catalog import operations
from apps.catalog.models import Field
from apps.catalog.operations import Confirmation, FlowSeen
from apps.catalog.queries.classification import falls_to_agree
from apps.catalog.rules_pure.classification.counting import LEVELS, RANKS, falls_far, made, meanwhile
from apps.integrations.operations import receive_event
from apps.kernel import clock
from apps.kernel.actors import Actor, ActorKind
from apps.kernel.errors import Conflict, Refused
from tests.integrations.test_openlineage import run, schema

from .lineage_world import Flows
from .runtime import deferred, made_service

classes = st.builds(
    made, st.sampled_from(("", *LEVELS)), st.sets(st.sampled_from(("personal", "health", "financial", "special_category")))
)  # fmt: skip


def declare(person, dataset, level, *categories, reason="Looked at it"):
    return operations.declare_class(
        actor=person.as_actor(), dataset=dataset, level=level, categories=categories, reason=reason
    )


@pytest.fixture
def restricted(dataset, steward):
    """The claims, of which everything is confirmed and the whole is restricted health data."""
    told = [Confirmation(field.path, "internal") for field in dataset.fields.all()]
    operations.confirm_fields(actor=steward.as_actor(), dataset=dataset, confirmations=told, reason="Looked at it")
    return declare(steward, dataset, "restricted", "health")


def test_one_person_alone_does_not_lower_restricted_data(restricted, steward):
    found = declare(steward, restricted, "internal", "health")
    assert found.level == "restricted" and found.falling_level == "internal"


def test_a_second_person_agrees_and_only_then_it_counts_as_less(restricted, steward, second_steward):
    found = declare(steward, restricted, "internal")
    assert set(found.categories) == {"health", "special_category", "personal"}
    assert list(falls_to_agree(second_steward)) == [found] and not falls_to_agree(steward).exists()
    found = operations.agree_to_fall(actor=second_steward.as_actor(), dataset=found, reason="The diagnosis is gone")
    assert (found.level, found.categories, found.falling_since) == ("internal", [], None)


def test_whoever_had_a_hand_in_it_is_no_second_person(restricted, steward, second_steward):
    found = declare(steward, restricted, "internal")
    with pytest.raises(Refused, match="hand in this"):
        operations.agree_to_fall(actor=steward.as_actor(), dataset=found, reason="I am sure")
    # A second hand in it, and each of the two would otherwise sign the other's.
    found = declare(second_steward, found, "confidential")
    with pytest.raises(Refused, match="hand in this"):
        operations.agree_to_fall(actor=steward.as_actor(), dataset=found, reason="I am sure")


def test_an_employee_agrees_to_nothing(restricted, steward, employee):
    found = declare(steward, restricted, "internal")
    with pytest.raises(Refused):
        operations.agree_to_fall(actor=employee.as_actor(), dataset=found, reason="Please")


def test_opening_data_to_everybody_takes_two_also_where_nothing_was_said(dataset, steward, second_steward):
    told = [Confirmation(field.path, "public") for field in dataset.fields.all()]
    found = operations.confirm_fields(
        actor=steward.as_actor(), dataset=dataset, confirmations=told, reason="It is on our web page"
    )
    assert found.level == "internal" and found.falling_level == "public"
    assert operations.agree_to_fall(actor=second_steward.as_actor(), dataset=found, reason="So it is").level == "public"


def test_a_small_fall_takes_one_person(restricted, steward, second_steward):
    found = declare(steward, restricted, "confidential", "health")
    found = operations.agree_to_fall(actor=second_steward.as_actor(), dataset=found, reason="Yes")
    found = declare(steward, found, "internal", "health")
    assert found.level == "internal" and found.falling_since is None


def test_a_rise_ends_what_waits(restricted, steward, second_steward):
    found = declare(steward, restricted, "internal", "health")
    found = declare(steward, found, "restricted", "health")
    assert found.falling_since is None and found.level == "restricted"
    with pytest.raises(Refused, match="Nothing waits"):
        operations.agree_to_fall(actor=second_steward.as_actor(), dataset=found, reason="Yes")


def test_one_agrees_only_to_what_one_saw(restricted, steward, second_steward):
    found = declare(steward, restricted, "confidential", "health")
    seen = "confidential health personal special_category"
    found = declare(steward, found, "internal", "health")
    with pytest.raises(Conflict):
        operations.agree_to_fall(actor=second_steward.as_actor(), dataset=found, reason="Yes", seen=seen)


def test_the_page_says_what_waits_and_takes_the_second_word(
    client, as_person, restricted, steward, second_steward, employee
):
    declare(steward, restricted, "internal")
    address = f"/data/{restricted.key}/classify/fall/"
    assert as_person(client, steward).get(address).status_code == 403
    assert "waits for a second person" in client.get(f"/data/{restricted.key}/").content.decode()
    as_person(client, second_steward)
    page = client.get(address)
    assert "Stella Steward" in page.content.decode() and "would count as Internal" in page.content.decode()
    assert client.post(address, {"reason": ""}).status_code == 422
    assert client.post(address, {"reason": "The diagnosis is gone"}).status_code == 302
    restricted.refresh_from_db()
    assert restricted.level == "internal"
    assert as_person(client, employee).get(address).status_code in (403, 404)


@given(classes, classes)
def test_until_two_agree_nothing_counts_as_less(before, after):
    if falls_far(before, after):
        kept = meanwhile(before, after)
        assert RANKS[kept.level] >= RANKS[before.level] and before.categories <= kept.categories
        assert kept.level != "public" or before.level == "public"


def resent(dataset, *fields):
    """Return the event of a tool that describes the data as having these fields alone."""
    said = {"namespace": dataset.namespace, "name": dataset.name, "facets": {"schema": schema(*fields)}}
    return run(at=clock.now(), outputs=[said])


@pytest.fixture
def diagnosed(dataset, steward):
    """The claims, restricted for one field of theirs."""
    told = [
        Confirmation(field.path, "restricted", ["health"])
        if field.path == "diagnosis_code"
        else Confirmation(field.path, "internal")
        for field in dataset.fields.all()
    ]
    return operations.confirm_fields(actor=steward.as_actor(), dataset=dataset, confirmations=told, reason="Looked")


@pytest.mark.parametrize("by_service", [False, True], ids=["by-token", "by-service"])
def test_whoever_has_a_tool_say_that_a_field_is_gone_had_a_hand_in_it(diagnosed, steward, second_steward, by_service):
    service = made_service(steward)
    actor = Actor(ActorKind.SERVICE, str(service.pk), service.name) if by_service else steward.as_actor()
    receive_event(actor=actor, event=resent(diagnosed, ("claim_id", "bigint")))
    deferred()
    diagnosed.refresh_from_db()
    assert (diagnosed.level, diagnosed.falling_level, diagnosed.falling_by) == ("restricted", "internal", [steward.pk])
    with pytest.raises(Refused, match="hand in this"):
        operations.agree_to_fall(actor=steward.as_actor(), dataset=diagnosed, reason="I am sure")
    assert (
        operations.agree_to_fall(actor=second_steward.as_actor(), dataset=diagnosed, reason="So it is").level
        == "internal"
    )


@pytest.mark.parametrize("change", ["masked", "lowered"])
def test_whoever_lowers_what_lineage_carries_had_a_hand_in_what_falls_downstream(
    steward, second_steward, platform, claims, change
):
    flows = Flows(steward, platform, claims)
    source, target = flows.datasets("source", "target")
    for one in (source, target):
        Field.objects.create(dataset=one, path="code")
    high, low = Confirmation("code", "restricted", ["health"]), Confirmation("code", "internal")
    operations.confirm_fields(actor=steward.as_actor(), dataset=source, confirmations=[high])
    flows.job("load", [source], [target], [FlowSeen(source, "code", target, "code", subtype="IDENTITY")])
    deferred()
    target.refresh_from_db()
    assert target.level == "restricted"
    if change == "masked":
        masked = FlowSeen(source, "code", target, "code", subtype="IDENTITY", masking=True)
        flows.job("load", [source], [target], [masked])
    else:
        operations.confirm_fields(actor=steward.as_actor(), dataset=source, confirmations=[low], reason="It is no code")
    deferred()
    target.refresh_from_db()
    assert target.level == "restricted" and target.falling_by == [steward.pk]
    with pytest.raises(Refused, match="hand in this"):
        operations.agree_to_fall(actor=steward.as_actor(), dataset=target, reason="I am sure")
