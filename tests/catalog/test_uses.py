"""Which systems work with which data, as their people declare it."""

from __future__ import annotations

import pytest
from django.test import Client

from apps.audit.models import Entry
from apps.catalog import operations
from apps.catalog.models import Dataset, DatasetUse, LineageEdge, NodeKind, Standing
from apps.inventory import operations as inventory
from apps.inventory.models import MaterialChange
from apps.kernel import clock, dossier
from apps.kernel.errors import Invalid, Refused

from .test_dataset_pages import cost, form_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def browse(as_person):
    return lambda person: as_person(Client(), person)


@pytest.fixture
def use_case(owner, system, claims):
    made = inventory.register_use_case(
        actor=owner.as_actor(), name="Sort claims", purpose="Sort claims by urgency.", department=claims, owner=owner
    )
    return inventory.link_use_case(actor=owner.as_actor(), use_case=made, system=system)


@pytest.fixture
def known(dataset):
    """The dataset, classified internal, so that the system's owner knows of it."""
    Dataset.objects.update(level="internal")
    dataset.refresh_from_db()
    return dataset


def line(use) -> LineageEdge:
    return LineageEdge.objects.get(source_id=use.dataset_id, target_id=use.system_id)


def test_the_owner_of_a_system_declares_a_use_and_the_line_is_drawn(owner, system, known, use_case):
    use = operations.declare_use(actor=owner.as_actor(), dataset=known, system=system, use_case=use_case)
    drawn = line(use)
    assert (drawn.source_kind, drawn.target_kind) == (NodeKind.DATASET, NodeKind.SYSTEM)
    assert drawn.standing == Standing.DECLARED and drawn.ended_at is None
    assert use.declared_by == owner
    assert Entry.objects.filter(event="catalog.use.declared", subject_id=str(known.pk)).exists()


def test_writing_draws_the_line_the_other_way(steward, system, known):
    use = operations.declare_use(actor=steward.as_actor(), dataset=known, system=system, action="write")
    assert LineageEdge.objects.filter(source_id=use.system_id, target_id=use.dataset_id, target_kind="dataset").exists()


def test_the_line_ends_with_the_last_use_that_drew_it_and_opens_again(steward, system, known, use_case):
    actor = steward.as_actor()
    reading = operations.declare_use(actor=actor, dataset=known, system=system)
    training = operations.declare_use(actor=actor, dataset=known, system=system, use_case=use_case, action="train")
    operations.end_use(actor=actor, dataset=known, use=reading, reason="Not needed")
    assert line(training).ended_at is None
    operations.end_use(actor=actor, dataset=known, use=training, reason="Trained")
    assert line(training).ended_at is not None
    operations.declare_use(actor=actor, dataset=known, system=system)
    assert line(training).ended_at is None
    with pytest.raises(Invalid):
        operations.end_use(actor=actor, dataset=known, use=training, reason="Again")


def test_what_a_tool_has_seen_does_not_end_because_a_person_says_so(steward, system, known):
    LineageEdge.objects.create(
        source_id=known.pk, source_kind="dataset", target_id=system.pk, target_kind="system",
        first_seen=clock.now(), last_seen=clock.now(),
    )  # fmt: skip
    use = operations.declare_use(actor=steward.as_actor(), dataset=known, system=system)
    operations.end_use(actor=steward.as_actor(), dataset=known, use=use, reason="Not needed")
    assert line(use).ended_at is None and line(use).standing == Standing.OBSERVED


def test_it_refuses_who_answers_for_neither_side(employee, second_steward, system, known, claims):
    with pytest.raises(Refused):
        operations.declare_use(actor=employee.as_actor(), dataset=known, system=system)
    assert operations.declare_use(actor=second_steward.as_actor(), dataset=known, system=system)


def test_it_refuses_the_same_use_twice_and_what_does_not_belong_together(owner, system, known, claims):
    operations.declare_use(actor=owner.as_actor(), dataset=known, system=system)
    with pytest.raises(Invalid):
        operations.declare_use(actor=owner.as_actor(), dataset=known, system=system)
    elsewhere = inventory.register_use_case(
        actor=owner.as_actor(), name="Other", purpose="Another purpose.", department=claims, owner=owner
    )
    for wrong in ({"use_case": elsewhere}, {"action": "copy"}):
        with pytest.raises(Invalid):
            operations.declare_use(actor=owner.as_actor(), dataset=known, system=system, **wrong)
    operations.drop_dataset(actor=known.steward.as_actor(), dataset=known, reason="Gone")
    with pytest.raises(Invalid):
        operations.declare_use(actor=owner.as_actor(), dataset=known, system=system, action="train")


def test_personal_data_takes_an_entry_of_the_register_in_force(owner, privacy, system, known, use_case, claims):
    Dataset.objects.update(categories=["personal"])
    known.refresh_from_db()
    with pytest.raises(Refused) as refusal:
        operations.declare_use(actor=owner.as_actor(), dataset=known, system=system, use_case=use_case)
    assert "PRA-001" in refusal.value.decision.reason
    assert not DatasetUse.objects.exists() and not LineageEdge.objects.exists()


def test_other_data_makes_what_was_approved_stale(owner, system, known):
    before = system.material_revision
    operations.declare_use(actor=owner.as_actor(), dataset=known, system=system)
    system.refresh_from_db()
    assert system.material_revision == before + 1
    assert MaterialChange.objects.filter(system_id=system.pk, table_name="catalog_datasetuse").exists()


def test_a_gate_hashes_the_data_that_a_system_works_with(owner, steward, system, known, use_case, platform, claims):
    def text() -> bytes:
        return dossier.canonical_bytes({"data": dossier.assemble(system)["data"]})

    other = operations.register_dataset(
        actor=steward.as_actor(), platform=platform, name="claims.public.note", department=claims
    )
    assert dossier.assemble(system)["data"] == {"uses": []}
    first = operations.declare_use(actor=steward.as_actor(), dataset=other, system=system, action="train")
    operations.declare_use(actor=owner.as_actor(), dataset=known, system=system, use_case=use_case)
    content = dossier.assemble(system)["data"]["uses"]
    assert content[0] == {
        "dataset": known.key, "name": "Claims", "level": "internal", "categories": [], "action": "read",
        "use_case": use_case.key,
    }  # fmt: skip
    stood = text()
    assert text() == stood
    # The same uses, said in another order, are the same text.
    operations.end_use(actor=steward.as_actor(), dataset=other, use=first, reason="Said anew")
    assert text() != stood
    operations.declare_use(actor=steward.as_actor(), dataset=other, system=system, action="train")
    assert text() == stood
    Dataset.objects.filter(pk=known.pk).update(level="confidential")
    assert text() != stood


def test_both_pages_show_a_use_to_those_who_know_both_sides(browse, owner, steward, employee, system, known, use_case):
    operations.declare_use(actor=owner.as_actor(), dataset=known, system=system, use_case=use_case)
    page = browse(owner).get(f"/systems/{system.key}/").text
    assert "Data it works with" in page and known.key in page
    assert system.key in browse(owner).get(f"/data/{known.key}/").text
    hidden = browse(employee).get(f"/data/{known.key}/").text
    assert system.key not in hidden and "And 1 that you may not see" in hidden


def test_the_owner_declares_and_ends_on_the_pages(browse, owner, system, known, use_case):
    client, url = browse(owner), f"/data/uses/declare/?system={system.key}"
    data = form_of(client.get(url))
    assert data["system"] == system.key and data["use_case"] == use_case.key
    wrong = client.post(url, data | {"dataset": "DST-9999"})
    assert wrong.status_code == 422 and "You see nothing called DST-9999" in wrong.text
    done = client.post(url, data | {"dataset": known.key, "use_case": use_case.key, "action": "train"})
    assert done.status_code == 302 and system.key in done.url
    use = DatasetUse.objects.get()
    end = f"/data/uses/{use.pk}/end/"
    assert client.post(end, form_of(client.get(end)) | {"reason": "Replaced"}).status_code == 302
    assert client.get(end).status_code == 404


def test_a_refusal_of_the_register_is_said_in_the_form(browse, owner, system, known, use_case):
    Dataset.objects.update(categories=["personal"])
    client, url = browse(owner), f"/data/uses/declare/?dataset={known.key}"
    data = form_of(client.get(url)) | {"system": system.key, "use_case": use_case.key}
    answer = client.post(url, data)
    assert answer.status_code == 403 and "PRA-001" in answer.text


def test_who_may_not_know_the_data_can_neither_name_nor_end_its_use(browse, steward, owner, employee, system, dataset):
    client = browse(owner)
    url = f"/data/uses/declare/?system={system.key}"
    answer = client.post(url, form_of(client.get(url)) | {"dataset": dataset.key})
    assert answer.status_code == 422 and "You see nothing called" in answer.text
    use = operations.declare_use(actor=steward.as_actor(), dataset=dataset, system=system)
    assert browse(employee).get(f"/data/uses/{use.pk}/end/").status_code == 404


def test_whoever_answers_for_a_system_knows_what_it_works_with_as_long_as_it_does(
    browse, steward, owner, system, dataset
):
    use = operations.declare_use(actor=steward.as_actor(), dataset=dataset, system=system)
    client = browse(owner)
    assert client.get(f"/data/{dataset.key}/").status_code == 200
    assert client.post(f"/data/uses/{use.pk}/end/", {"reason": "Replaced"}).status_code == 302
    assert client.get(f"/data/{dataset.key}/").status_code == 404


def test_the_panel_costs_the_same_for_two_and_for_ten_uses(browse, steward, owner, claims, system, known):
    client, numbers = browse(steward), []
    for uses in (2, 10):
        for index in range(DatasetUse.objects.count(), uses):
            other = inventory.register_system(
                actor=owner.as_actor(), name=f"S{uses}{index}", department=claims, owner=owner
            )
            operations.declare_use(actor=steward.as_actor(), dataset=known, system=other)
        numbers.append(cost(client, f"/data/{known.key}/"))
    assert numbers[0] == numbers[1]
