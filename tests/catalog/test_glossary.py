"""What words mean, and the things of the business that many datasets speak of."""

from __future__ import annotations

import pytest
from django.test import Client

from apps.catalog import operations
from apps.catalog.models import Dataset, Field, GlossaryTerm, MasterEntity
from apps.catalog.queries.glossary import misaligned_fields
from apps.catalog.rules.masterdata import MisalignedIdentifiers
from apps.catalog.rules_pure.masterdata import is_aligned
from apps.compliance import operations as compliance
from apps.compliance.models import Finding
from apps.kernel.actors import Actor
from apps.kernel.errors import Invalid, Refused

from .test_dataset_pages import cost, form_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def browse(as_person):
    return lambda person: as_person(Client(), person)


@pytest.fixture
def claim(steward):
    return operations.define_term(
        actor=steward.as_actor(), name="Claim", definition="A demand under a policy.", synonyms=["Loss report"]
    )


@pytest.fixture
def demand(steward):
    return operations.define_term(actor=steward.as_actor(), name="Demand", definition="What somebody asks for.")


@pytest.fixture
def customer(steward):
    return operations.define_entity(actor=steward.as_actor(), name="Customer", identifier="customer_id", owner=steward)


def test_a_word_is_found_by_its_synonym(browse, employee, claim, demand):
    client = browse(employee)
    page = client.get("/data/glossary/?q=loss+report").text
    assert "Claim" in page and "What somebody asks for" not in page
    assert "A demand under a policy." in client.get("/search/?q=loss report").text


def test_relations_are_read_from_both_sides_and_never_go_round(browse, steward, claim, demand):
    operations.relate_terms(actor=steward.as_actor(), term=claim, kind="broader", other=demand)
    client = browse(steward)
    broader, narrower = client.get(f"/data/glossary/{claim.pk}/"), client.get(f"/data/glossary/{demand.pk}/")
    assert [t.name for t, _r in broader.context["relations"]["broader"]] == ["Demand"]
    assert [t.name for t, _r in narrower.context["relations"]["narrower"]] == ["Claim"]
    for term, kind, other in ((demand, "broader", claim), (claim, "broader", demand), (claim, "broader", claim)):
        with pytest.raises(Invalid):
            operations.relate_terms(actor=steward.as_actor(), term=term, kind=kind, other=other)


def test_a_steward_relates_and_parts_terms_on_the_page(browse, steward, claim, demand):
    client, url = browse(steward), f"/data/glossary/{claim.pk}/relate/"
    assert client.post(url, form_of(client.get(url)) | {"kind": "related", "other": "demand"}).status_code == 302
    relation = claim.relations.get()
    part = f"/data/glossary/{demand.pk}/relations/{relation.pk}/part/"
    assert client.post(part, form_of(client.get(part))).status_code == 302
    assert not claim.relations.exists()


def test_a_steward_defines_and_edits_a_term_and_two_at_once_see_both(browse, steward):
    client, url = browse(steward), "/data/glossary/define/"
    data = form_of(client.get(url)) | {"name": "Premium", "definition": "Price of cover.", "synonyms": "Rate\nrate"}
    assert client.post(url, data).status_code == 302
    term = GlossaryTerm.objects.get(name="Premium")
    assert len(term.synonyms) == 1
    assert client.post(url, data | {"submission": "", "name": "PREMIUM"}).status_code == 422
    edit = f"/data/glossary/{term.pk}/edit/"
    stale = form_of(client.get(edit)) | {"definition": "Mine"}
    operations.edit_term(actor=steward.as_actor(), term=term, changes={"definition": "Theirs"}, version=1)
    answer = client.post(edit, stale)
    assert answer.status_code == 409 and "Theirs" in answer.text


def test_an_employee_reads_the_glossary_and_writes_nothing(browse, employee, claim):
    client = browse(employee)
    assert client.get(f"/data/glossary/{claim.pk}/").status_code == 200
    for path in ("define/", f"{claim.pk}/edit/", f"{claim.pk}/relate/"):
        assert client.get(f"/data/glossary/{path}").status_code == 403
    with pytest.raises(Refused):
        operations.define_term(actor=employee.as_actor(), name="X", definition="Y")


def test_a_term_shows_what_carries_it_and_hides_what_is_not_to_be_known(browse, steward, employee, claim, dataset):
    operations.edit_dataset(actor=steward.as_actor(), dataset=dataset, changes={}, terms=[claim])
    operations.edit_field(actor=steward.as_actor(), dataset=dataset, path="claim_id", changes={}, terms=[claim])
    page = browse(steward).get(f"/data/glossary/{claim.pk}/").text
    assert dataset.key in page and "claim_id" in page
    hidden = browse(employee).get(f"/data/glossary/{claim.pk}/").text
    assert dataset.key not in hidden and "claim_id" not in hidden


ALIGNED = ["customer_id", "CustomerId", "CUSTOMER-ID", "customer.id", "payload.customer_id"]
OTHERS = ["cust_no", "customer", "customer_id_old", "id", "payload.cust_no"]


def test_the_database_and_the_page_agree_on_which_names_are_aligned(dataset, customer):
    for path in ALIGNED + OTHERS:
        Field.objects.update_or_create(dataset=dataset, path=path, defaults={"master_entity": customer})
        assert is_aligned(path, customer.identifier) is (path in ALIGNED)
    assert set(misaligned_fields().values_list("path", flat=True)) == set(OTHERS)


def test_a_misaligned_identifier_is_a_finding_of_the_steward_until_it_is_aligned(
    dataset, customer, steward, django_assert_num_queries
):
    operations.edit_field(
        actor=steward.as_actor(), dataset=dataset, path="customer_email", changes={"master_entity": customer}
    )
    operations.edit_field(
        actor=steward.as_actor(), dataset=dataset, path="customer_id", changes={"master_entity": customer}
    )
    with django_assert_num_queries(1):
        failing = list(MisalignedIdentifiers().failing())
    assert [row.explanation for row in failing] == ["customer_email should be called customer_id"]
    compliance.sweep(actor=Actor.system("beat"))
    finding = Finding.objects.get(rule_id="MDM-001")
    assert finding.owner == steward and "customer_email should be called customer_id" in finding.explanation
    operations.edit_field(
        actor=steward.as_actor(), dataset=dataset, path="customer_email", changes={"master_entity": None}
    )
    compliance.sweep(actor=Actor.system("beat"))
    finding.refresh_from_db()
    assert finding.status != "open"


def test_the_entity_flags_what_is_misaligned(browse, steward, employee, dataset, customer):
    for path in ("customer_id", "customer_email"):
        operations.edit_field(actor=steward.as_actor(), dataset=dataset, path=path, changes={"master_entity": customer})
    client = browse(steward)
    page = client.get(f"/data/entities/{customer.pk}/")
    assert page.context["misaligned"] == 1 and "should be customer_id" in page.text
    assert "Customer" in client.get("/data/entities/?misaligned=yes").text
    assert "should be customer_id" in client.get(f"/data/{dataset.key}/").text
    assert browse(employee).get(f"/data/entities/{customer.pk}/").context["misaligned"] == 0


def test_a_steward_defines_and_edits_an_entity(browse, steward):
    client, url = browse(steward), "/data/entities/define/"
    assert client.post(url, form_of(client.get(url)) | {"name": "Policy", "identifier": "policy_no"}).status_code == 302
    entity = MasterEntity.objects.get()
    edit = f"/data/entities/{entity.pk}/edit/"
    assert client.post(edit, form_of(client.get(edit)) | {"identifier": "policy_id"}).status_code == 302
    stale = form_of(client.get(edit)) | {"version": 1}
    assert client.post(edit, stale | {"identifier": "policy_number"}).status_code == 409


def test_the_lists_cost_the_same_for_ten_and_for_twenty_rows(browse, steward, dataset):
    client, numbers = browse(steward), {}
    for rows in (10, 20):
        for index in range(GlossaryTerm.objects.count(), rows):
            operations.define_term(
                actor=steward.as_actor(), name=f"Word {index}", definition="Something.", steward=steward
            )
            operations.define_entity(actor=steward.as_actor(), name=f"E {index}", identifier="id", owner=steward)
        for path in ("/data/glossary/", "/data/entities/"):
            numbers.setdefault(path, []).append(cost(client, path))
    for few, many in numbers.values():
        assert few == many <= 20
    assert Dataset.objects.count() == 1
