"""An import is read by colleagues: it names no system that is kept from them."""

import pytest

from apps.inventory import operations
from apps.kernel.actors import Actor

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("restricted", "named"), [(False, True), (True, False)])
def test_a_likely_match_is_never_a_restricted_system(second_owner, lead, claims, restricted, named):
    operations.register_system(
        actor=second_owner.as_actor(), name="Nightjar price estimator", department=claims, owner=second_owner,
        restricted=restricted,
    )  # fmt: skip
    for actor in (Actor.operator("tester"), lead.as_actor()):
        batch = operations.receive_import(
            actor=actor, file_name="list.csv", content=b"Name,Stage\nNightjar price estimater,Pilot\n", source="Other",
            department=claims,
        )  # fmt: skip
        batch = operations.check_import(actor=actor, batch=batch)
        assert (batch.lines.get().match is not None) is named
