"""Fifty at once: each thing happens once, whoever comes first."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from apps.gates import operations
from apps.gates.models import Decision, Review
from apps.inventory.models import AISystem, Authorisation
from apps.kernel.errors import GatehouseError

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(calls):
    """Run the calls in threads with connections of their own; return what each returned or raised."""

    def run(call):
        try:
            return call()
        except GatehouseError as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def _say(person, review, lane, **more):
    return lambda: operations.decide(
        actor=person.as_actor(), review=review, lane=lane, outcome="approve", content_hash=review.content_hash,
        reason="Sound", **more,
    )  # fmt: skip


def test_one_person_deciding_fifty_times_decides_once(design_review, architect):
    results = at_once([_say(architect, design_review, "architecture")] * 50)
    assert sum(isinstance(result, Decision) for result in results) == 1
    assert Decision.objects.filter(review=design_review).count() == 1


def test_the_same_click_fifty_times_answers_with_the_same_decision(design_review, architect):
    results = at_once([_say(architect, design_review, "architecture", request_key="one-click")] * 50)
    assert len({result.pk for result in results}) == 1
    assert Decision.objects.filter(review=design_review).count() == 1


def test_fifty_last_words_issue_one_authorisation(design_review, architect, second_architect, privacy):
    people = ((architect, "architecture"), (second_architect, "architecture"), (privacy, "privacy"))
    results = at_once([_say(people[number % 3][0], design_review, people[number % 3][1]) for number in range(50)])
    assert sum(isinstance(result, Decision) for result in results) == 3
    assert Authorisation.objects.filter(gate="G2").count() == 1
    assert Review.objects.get(pk=design_review.pk).state == "approved"


def test_fifty_submissions_make_one_review(in_design, owner):
    def submit():
        system = AISystem.objects.get(pk=in_design.pk)
        return operations.submit_review(
            actor=owner.as_actor(), system=system, gate="G2", answers={"scale": "Ten a second"}
        )

    results = at_once([submit] * 50)
    assert sum(isinstance(result, Review) for result in results) == 1
    assert Review.objects.filter(gate="G2").count() == 1
