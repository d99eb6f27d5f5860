"""What a gate decides on is a release, exactly that one, and only it may run."""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from django.db.utils import Error

from apps.inventory import operations as inventory
from apps.inventory.models import Release
from apps.inventory.queries import covering
from apps.kernel.errors import Invalid


def test_an_authorisation_names_the_release_that_was_reviewed(live):
    first = live.releases.get()
    authorisation = covering(first, "production")
    assert authorisation.release == first and authorisation.gate == "G4"
    assert authorisation.environment == "production"


def test_a_new_release_waits_for_its_own_gate_and_leaves_the_running_one_approved(live, freeze, pass_gate):
    first, second = live.releases.get(), freeze(live, 2)
    assert covering(second, "production") is None and covering(first, "production")
    pass_gate(live, "G5")
    change, first_approval = covering(second, "production"), covering(first, "production")
    assert change.gate == "G5" and change.valid_until == first_approval.valid_until


def test_the_same_set_of_parts_is_the_same_release_in_whatever_order_it_is_named(system, owner):
    parts = [{"kind": "model", "name": "a", "version": "1"}, {"kind": "prompt", "name": "b", "version": "2"}]
    one = inventory.freeze_release(actor=owner.as_actor(), system=system, items=parts)
    assert inventory.freeze_release(actor=owner.as_actor(), system=system, items=parts[::-1]) == one
    assert Release.objects.count() == 1


@pytest.mark.parametrize(
    "items",
    [
        [],
        [{"kind": "model", "name": "a"}],
        [{"kind": "model", "version": "1"}],
        [{"kind": "model", "name": "a", "version": "1"}, {"kind": "model", "name": "a", "version": "2"}],
    ],
)
def test_it_refuses_a_set_that_is_not_exact(system, owner, items):
    with pytest.raises(Invalid):
        inventory.freeze_release(actor=owner.as_actor(), system=system, items=items)
    assert not Release.objects.exists()


def test_a_withdrawn_release_is_covered_by_nothing(live, owner):
    first = live.releases.get()
    inventory.withdraw_release(actor=owner.as_actor(), release=first, reason="Wrong index")
    assert covering(first, "production") is None


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE inventory_release SET digest = repeat('a', 64)",
        "UPDATE inventory_release SET content = 'other'",
        "DELETE FROM inventory_release",
        "UPDATE inventory_authorisation SET release_id = NULL",
    ],
)
def test_the_database_refuses_another_content_under_the_same_name(live, statement):
    with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
