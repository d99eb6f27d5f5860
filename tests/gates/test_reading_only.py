"""What those who may read a review may not do with it, and what it does not tell them."""

from datetime import timedelta

import pytest

from apps.gates import operations
from apps.inventory import operations as inventory
from apps.kernel import clock
from apps.kernel.errors import Refused

pytestmark = pytest.mark.django_db


def test_the_page_to_withdraw_opens_for_those_who_may(client, as_person, submitted, architect, second_owner, owner):
    path = f"/reviews/{submitted.key}/withdraw/"
    assert as_person(client, architect).get(path).status_code == 403
    assert as_person(client, architect).post(path, {"reason": "x"}).status_code == 403
    assert as_person(client, owner).get(path).status_code == 200


def test_a_dossier_does_not_name_a_system_that_its_reader_may_not_know_of(
    client, as_person, ready, owner, second_owner, architect, claims
):
    secret = inventory.register_system(
        actor=second_owner.as_actor(), name="Project Nightjar", department=claims, owner=second_owner, restricted=True
    )
    inventory.add_dependency(actor=owner.as_actor(), system=ready, kind="api", on_system=secret)
    review = operations.submit_review(actor=owner.as_actor(), system=ready, gate="G1")
    answer = as_person(client, architect).get(f"/reviews/{review.key}/dossier/")
    assert answer.status_code == 200 and "Nightjar" not in answer.content.decode()


def test_conditions_that_were_not_met_in_time_bring_no_authorisation(submitted, analyst, approve, owner):
    due = (clock.today() + timedelta(days=2)).isoformat()
    approve(
        analyst, submitted, "triage", outcome="conditions",
        conditions=[{"text": "Name the users", "when": "before", "due": due}],
    )  # fmt: skip
    with clock.travel(clock.now() + timedelta(days=400)), pytest.raises(Refused, match="lapsed"):
        operations.collect_authorisation(actor=owner.as_actor(), review=submitted)
