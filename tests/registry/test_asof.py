"""What ran where on a date: told from what was written then, not from how things stand today."""

from __future__ import annotations

import contextlib
import copy
import random
from datetime import timedelta

import pytest

from apps.catalog import operations as catalog
from apps.inventory import operations as inventory
from apps.inventory.models import AISystem
from apps.kernel import clock
from apps.kernel.errors import Conflict, Invalid, Refused
from apps.registry import operations
from apps.registry.queries.asof import as_of
from tests.inventory.conftest import Within

DIGEST = "sha256:" + "a" * 64
KINDS = ["personal", "financial", "health"]
PLACE = {"environment": "production", "region": "EU"}


@pytest.fixture
def dataset(steward, claims):
    platform = catalog.register_platform(
        actor=steward.as_actor(), name="Warehouse", namespace="postgres://w", kind="warehouse", region="EU",
        department=claims, owner=steward,
    )  # fmt: skip
    return catalog.register_dataset(
        actor=steward.as_actor(), platform=platform, name="claims", title="Claims ledger", department=claims, owner=steward,
        steward=steward, fields=[],
    )  # fmt: skip


@pytest.fixture
def trained(dataset, model_owner, claims):
    """A version whose digest is that of the first release's model."""
    model = operations.register_model(actor=model_owner.as_actor(), name="urgency", department=claims)
    return operations.register_version(
        actor=model_owner.as_actor(), ai_model=model, name="1.0", artefact_digest=f"sha256:{1:064x}",
        data=[{"dataset": dataset, "role": "training"}],
    )  # fmt: skip


def classify(steward, dataset, level):
    return catalog.declare_class(actor=steward.as_actor(), dataset=dataset, level=level, reason="Looked at it")


def ran(moment, **what):
    return as_of(moment, systems=AISystem.objects.all(), **what)


def test_it_tells_release_approval_and_data_as_they_were(
    trained, dataset, steward, live, second_release, owner, lead, delivery
):
    first = live.releases.get(number=1)
    begin = clock.now()
    with clock.travel(begin + timedelta(days=1)):
        classify(steward, dataset, "internal")
        operations.deploy(actor=owner.as_actor(), system=live, release=first, **PLACE)
    with clock.travel(begin + timedelta(days=10)):
        classify(steward, dataset, "confidential")
        operations.deploy(actor=owner.as_actor(), system=live, release=second_release, **PLACE)
    with clock.travel(begin + timedelta(days=20)):
        operations.observe(actor=delivery.as_actor(), system=live, release=second_release, **PLACE)
        inventory.edit_system(actor=owner.as_actor(), system=live, changes={"outputs": "Decisions"})
    with clock.travel(begin + timedelta(days=30)):
        for one in live.authorisations.filter(release=second_release):
            inventory.revoke_authorisation(actor=lead.as_actor(), authorisation=one, reason="A complaint")

    def told(days):
        return [
            (one.deployment.side, one.deployment.release.number, one.standing)
            for one in ran(begin + timedelta(days=days))
        ]

    assert told(0.5) == []
    assert told(5) == [("desired", 1, "valid")]
    assert told(15) == [("desired", 2, "valid")]
    assert told(25) == [("desired", 2, "stale"), ("observed", 2, "stale")]
    assert told(35) == [("desired", 2, "revoked"), ("observed", 2, "revoked")]
    levels = [ran(begin + timedelta(days=days))[0].versions[0].data[0].level for days in (5, 9)]
    assert levels == ["internal", "internal"]


def test_what_is_classified_later_was_not_classified_then(trained, dataset, steward, live, owner):
    begin = clock.now()
    with clock.travel(begin + timedelta(days=1)):
        operations.deploy(actor=owner.as_actor(), system=live, release=live.releases.get(), **PLACE)
    with clock.travel(begin + timedelta(days=5)):
        classify(steward, dataset, "restricted")
    data = [ran(begin + timedelta(days=days))[0].versions[0].data[0] for days in (2, 6)]
    assert [one.level for one in data] == ["", "restricted"]


def test_tier_and_legal_class_are_told_as_they_were(live, owner, delivery, analyst):
    begin, actor = clock.now(), analyst.as_actor()

    def signed(legal_class, tier, case):
        with Within("assessments.assessment.signed", actor):
            inventory.set_legal_class(actor=actor, use_case=case, legal_class=legal_class)
            inventory.set_tier(actor=actor, use_case=case, tier=tier)

    with clock.travel(begin + timedelta(days=1)):
        case = inventory.register_use_case(
            actor=owner.as_actor(), name="Sort claims", purpose="Sort claims.", department=live.department, owner=owner
        )
        inventory.link_use_case(actor=owner.as_actor(), use_case=case, system=live)
        signed("none", "T3", case)
    with clock.travel(begin + timedelta(days=2)):
        operations.observe(actor=delivery.as_actor(), system=live, label="image 1", **PLACE)
    with clock.travel(begin + timedelta(days=9)):
        signed("high_risk", "T1", case)

    def told(days):
        one = ran(begin + timedelta(days=days))[0]
        return one.tier, [(use.use_case, use.tier, use.legal_class) for use in one.uses]

    assert told(5) == ("T3", [(case, "T3", "none")])
    assert told(12) == ("T1", [(case, "T1", "high_risk")])


def test_a_use_that_came_later_is_not_told_of(live, owner, delivery):
    begin = clock.now()
    with clock.travel(begin + timedelta(days=1)):
        operations.observe(actor=delivery.as_actor(), system=live, label="image 1", **PLACE)
    with clock.travel(begin + timedelta(days=5)):
        case = inventory.register_use_case(
            actor=owner.as_actor(), name="Sort claims", purpose="Sort claims.", department=live.department, owner=owner
        )
        inventory.link_use_case(actor=owner.as_actor(), use_case=case, system=live)
    assert [len(ran(begin + timedelta(days=days))[0].uses) for days in (2, 6)] == [0, 1]


def test_restricted_data_is_not_named_to_those_who_may_not_know_of_it(
    client, as_person, trained, dataset, steward, live, owner, delivery
):
    operations.deploy(actor=owner.as_actor(), system=live, release=live.releases.get(), **PLACE)
    classify(steward, dataset, "restricted")
    told = {}
    for person in (steward, delivery):
        as_person(client, person)
        told[person] = client.get("/deployments/as-of/").content.decode()
    assert dataset.title in told[steward]
    assert dataset.title not in told[delivery] and "data that you may not know of" in told[delivery]


def test_it_asks_the_database_a_fixed_number_of_times(
    trained, live, second_release, owner, delivery, django_assert_max_num_queries
):
    for release in live.releases.order_by("number"):
        operations.deploy(actor=owner.as_actor(), system=live, release=release, **PLACE)
        operations.observe(actor=delivery.as_actor(), system=live, release=release, **PLACE)
    with django_assert_max_num_queries(6):
        assert len(ran(clock.now())) == 2


@pytest.mark.parametrize("seed", [1, 2])
def test_it_answers_as_somebody_who_kept_notes(
    seed, trained, dataset, steward, live, second_release, owner, lead, delivery
):
    """Whatever happens in whatever order: at each moment it tells what the notes of that moment say."""
    chance, now = random.Random(seed), clock.now()
    releases = list(live.releases.order_by("number"))
    notes = {"desired": None, "observed": None, "level": "", "categories": (), "stale": False, "revoked": set()}
    taken = []

    def deploy():
        operations.deploy(actor=owner.as_actor(), system=live, release=(release := chance.choice(releases)), **PLACE)
        notes["desired"] = release.number

    def back():
        operations.roll_back(actor=owner.as_actor(), system=live, to_release=releases[0], reason="Back", **PLACE)
        notes["desired"] = 1

    def see():
        operations.observe(
            actor=delivery.as_actor(), system=live, release=(release := chance.choice(releases)), **PLACE
        )
        notes["observed"] = release.number

    def see_nothing():
        operations.observe_nothing(actor=delivery.as_actor(), system=live, **PLACE)
        notes["observed"] = None

    def classify_it():
        level, categories = chance.choice(["internal", "confidential", "restricted"]), chance.sample(KINDS, 2)
        catalog.declare_class(
            actor=steward.as_actor(), dataset=dataset, level=level, categories=categories, reason="Looked at it"
        )
        dataset.refresh_from_db()
        notes["level"], notes["categories"] = dataset.level, tuple(sorted(dataset.categories))

    def revoke():
        release = chance.choice(releases)
        for one in live.authorisations.filter(release=release, revoked_at=None, environment="production"):
            inventory.revoke_authorisation(actor=lead.as_actor(), authorisation=one, reason="A complaint")
        notes["revoked"].add(release.number)

    def change():
        live.refresh_from_db()
        outputs = f"Version {chance.random()}"
        inventory.edit_system(actor=owner.as_actor(), system=live, changes={"outputs": outputs})
        notes["stale"] = True

    often, late = [deploy, back, see, see_nothing, classify_it], [revoke, change]
    for step in range(24):
        now += timedelta(minutes=chance.randint(2, 600))
        with clock.travel(now), contextlib.suppress(Refused, Invalid, Conflict):
            chance.choice(often if step < 16 else often + late)()
        taken.append((now, copy.deepcopy(notes)))

    chance.shuffle(taken)
    for moment, then in taken:
        found = {one.deployment.side: one for one in ran(moment + timedelta(seconds=30))}
        for side in ("desired", "observed"):
            assert (found[side].deployment.release.number if side in found else None) == then[side]
        for one in found.values():
            number = one.deployment.release.number
            gone = number in then["revoked"]
            assert one.standing == ("revoked" if gone else "stale" if then["stale"] else "valid")
            for data in (data for version in one.versions for data in version.data):
                assert (data.level, data.categories) == (then["level"], then["categories"])
