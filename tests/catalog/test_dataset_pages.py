"""The pages of datasets, walked by the people they are for."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.audit.models import Entry
from apps.catalog import operations
from apps.catalog.models import Dataset, Field

pytestmark = pytest.mark.django_db


@pytest.fixture
def browse(as_person):
    return lambda person: as_person(Client(), person)


def form_of(response):
    """Return what a browser would send back: what stands in the form, hidden first values too."""
    form, data = response.context["form"], {}
    for name in form.fields:
        bound = form[name]
        value = bound.value()
        if value not in (None, False, []):
            data[name] = getattr(value, "pk", value)
        if bound.field.show_hidden_initial:
            data[bound.html_initial_name] = "" if value is None else value
    return data


def cost(client, path: str) -> int:
    client.get(path)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200
    return len(queries)


def test_a_steward_finds_the_dataset_by_a_word_of_its_name(browse, steward, dataset):
    client = browse(steward)
    assert dataset.key in client.get("/data/?q=claim&level=none&standing=declared&sort=-updated").text
    assert dataset.key not in client.get("/data/?q=telematics").text
    assert dataset.key not in client.get("/data/?level=public").text


def test_a_dataset_is_found_by_a_field_and_by_another_word_for_what_it_holds(browse, steward, dataset):
    term = operations.define_term(
        actor=steward.as_actor(), name="Demand", definition="What is asked for.", synonyms=["Schaden"]
    )
    client = browse(steward)
    assert dataset.key in client.get("/data/?q=Diagnosis_Code").text
    assert dataset.key not in client.get("/data/?q=schaden").text
    operations.edit_field(actor=steward.as_actor(), dataset=dataset, path="amount", changes={}, terms=[term])
    assert dataset.key in client.get("/data/?q=schaden+claims").text
    assert dataset.key not in client.get("/data/?q=schaden+policy").text
    Field.objects.filter(path="diagnosis_code").update(absent_since=dataset.created_at)
    assert dataset.key not in client.get("/data/?q=diagnosis_code").text


def test_only_who_may_takes_the_list_away(browse, steward, employee, dataset):
    export = browse(steward).get("/data/?export=csv")
    assert dataset.name in b"".join(export.streaming_content).decode()
    assert browse(steward).get("/data/?export=xlsx").status_code == 200
    assert browse(employee).get("/data/?export=csv").status_code == 403


def test_the_page_shows_facts_fields_and_what_other_rooms_know(browse, steward, dataset):
    page = browse(steward).get(f"/data/{dataset.key}/").text
    for words in ("claims.public.claim", "Claims warehouse", "customer_email", "Not classified", "Activity"):
        assert words in page
    assert 'href="#uses"' in page and 'id="uses"' in page


def test_nobody_learns_of_a_dataset_that_is_not_theirs_to_know(browse, employee, outsider, dataset):
    for person in (employee, outsider):
        client = browse(person)
        for page in ("", "edit/", "people/", "drop/", "fields/edit/"):
            assert client.get(f"/data/{dataset.key}/{page}").status_code == 404
    assert dataset.key not in browse(employee).get("/data/").text


def test_an_employee_reads_an_internal_dataset_and_edits_nothing(browse, employee, dataset):
    Dataset.objects.update(level="internal")
    client = browse(employee)
    assert "Edit fields" not in client.get(f"/data/{dataset.key}/").text
    assert client.get(f"/data/{dataset.key}/edit/").status_code == 403
    assert client.get(f"/data/{dataset.key}/fields/edit/").status_code == 403


def test_the_list_costs_the_same_for_ten_and_for_twenty_rows(browse, steward, platform, dataset, claims):
    client, numbers = browse(steward), []
    for rows in (10, 20):
        for index in range(Dataset.objects.count(), rows):
            operations.register_dataset(
                actor=steward.as_actor(), platform=platform, name=f"claims.t{index}", department=claims, steward=steward
            )
        numbers.append(cost(client, "/data/"))
    assert numbers[0] == numbers[1] <= 20


def test_the_page_costs_the_same_for_five_and_for_fifty_fields(browse, steward, dataset):
    entity = operations.define_entity(actor=steward.as_actor(), name="Customer", identifier="customer_id")
    term = operations.define_term(actor=steward.as_actor(), name="Claim", definition="A demand.")
    client, path = browse(steward), f"/data/{dataset.key}/"
    Field.objects.update(master_entity=entity)
    operations.edit_field(actor=steward.as_actor(), dataset=dataset, path="amount", changes={}, terms=[term])
    few = cost(client, path)
    for index in range(45):
        Field.objects.create(dataset=dataset, path=f"f{index}", position=10 + index, master_entity=entity)
        operations.edit_field(actor=steward.as_actor(), dataset=dataset, path=f"f{index}", changes={}, terms=[term])
    # The trail in the activity panel is read once more as it grows; everything else stays.
    assert cost(client, path) == few


def test_a_page_of_many_fields_shows_a_hundred_and_leads_to_all(browse, steward, dataset):
    Field.objects.bulk_create(Field(dataset=dataset, path=f"f{n:03}", position=n + 9) for n in range(120))
    client = browse(steward)
    page = client.get(f"/data/{dataset.key}/").text
    assert "Show all 125 fields" in page and "f119" not in page
    assert "f119" in client.get(f"/data/{dataset.key}/?fields=all").text


def test_a_steward_registers_a_dataset_with_its_fields(browse, steward, platform, claims):
    client = browse(steward)
    operations.define_term(actor=steward.as_actor(), name="Claim", definition="A demand.", synonyms=["Loss report"])
    data = form_of(client.get(reverse("catalog:dataset_register") + f"?platform={platform.key}"))
    assert data["platform"] == platform.pk
    data |= {
        "name": "claims.public.payment", "department": claims.pk, "steward": steward.email, "terms": "loss report",
        "fields_text": "payment_id bigint\npaid_at timestamp with time zone", "tags": "core",
    }  # fmt: skip
    assert client.post(reverse("catalog:dataset_register"), data).status_code == 302
    made = Dataset.objects.get(name="claims.public.payment")
    assert made.title == "payment" and made.steward == steward and made.tags == ["core"]
    assert [(f.path, f.data_type) for f in made.fields.all()][1] == ("paid_at", "timestamp with time zone")
    assert [term.name for term in made.terms.all()] == ["Claim"]


def test_a_stale_edit_shows_both_versions(browse, steward, second_steward, dataset):
    client = browse(steward)
    data = form_of(client.get(f"/data/{dataset.key}/edit/"))
    operations.edit_dataset(
        actor=second_steward.as_actor(), dataset=dataset, changes={"title": "All claims"}, version=1
    )
    again = client.post(f"/data/{dataset.key}/edit/", data | {"title": "Claims of motor"})
    assert again.status_code == 409 and "All claims" in again.text and "Claims of motor" in again.text
    mine = form_of(again) | {"title": "Claims of motor"}
    assert client.post(f"/data/{dataset.key}/edit/", mine).status_code == 302
    assert Dataset.objects.get().title == "Claims of motor"


def test_people_change_with_a_reason(browse, steward, second_steward, dataset):
    client, url = browse(steward), f"/data/{dataset.key}/people/"
    assert client.post(url, form_of(client.get(url)) | {"reason": "Moved on"}).status_code == 422
    data = form_of(client.get(url)) | {"steward": second_steward.email, "reason": "Sam takes over claims data"}
    assert client.post(url, data).status_code == 302
    changed = Dataset.objects.get()
    assert changed.steward == second_steward and changed.owner == steward
    assert Entry.objects.filter(event="catalog.dataset.people_changed", subject_id=str(dataset.pk)).exists()


def test_a_dropped_dataset_leaves_the_list_and_keeps_its_page(browse, steward, dataset):
    client, url = browse(steward), f"/data/{dataset.key}/drop/"
    assert client.post(url, form_of(client.get(url)) | {"reason": ""}).status_code == 422
    assert client.post(url, form_of(client.get(url)) | {"reason": "Replaced by the new store"}).status_code == 302
    assert dataset.key not in client.get("/data/").text
    assert dataset.key in client.get("/data/?state=dropped").text
    assert "Gone from its platform" in client.get(f"/data/{dataset.key}/").text


def test_all_fields_are_said_at_once_and_only_what_changed_is_written(browse, steward, dataset):
    entity = operations.define_entity(actor=steward.as_actor(), name="Customer", identifier="customer_id")
    operations.define_term(actor=steward.as_actor(), name="Claim", definition="A demand.", synonyms=["Loss report"])
    client, url = browse(steward), f"/data/{dataset.key}/fields/edit/"
    field = {f.path: f.pk.hex for f in Field.objects.all()}
    data = form_of(client.get(url))
    data |= {
        f"description_{field['claim_id']}": "Number of the claim",
        f"terms_{field['claim_id']}": "Loss report",
        f"master_entity_{field['customer_id']}": entity.pk,
    }
    before = Entry.objects.filter(event="catalog.field.edited").count()
    assert client.post(url, data).status_code == 302
    assert Field.objects.get(path="claim_id").description == "Number of the claim"
    assert [term.name for term in Field.objects.get(path="claim_id").terms.all()] == ["Claim"]
    assert Field.objects.get(path="customer_id").master_entity == entity
    operation_entries = Entry.objects.filter(event="catalog.field.edited", kind="operation").count()
    assert operation_entries == 1 and before == 0
    touched = Entry.objects.filter(kind="change", subject_type="catalog.field", event="catalog.field.edited")
    assert set(touched.values_list("subject_id", flat=True)) == {
        str(pk) for pk in Field.objects.filter(path__in=["claim_id", "customer_id"]).values_list("pk", flat=True)
    }


def test_what_somebody_else_wrote_meanwhile_is_shown_before_it_is_replaced(browse, steward, second_steward, dataset):
    client, url = browse(steward), f"/data/{dataset.key}/fields/edit/?path=amount"
    name = f"description_{Field.objects.get(path='amount').pk.hex}"
    data = form_of(client.get(url)) | {name: "Paid in euro"}
    operations.edit_field(
        actor=second_steward.as_actor(), dataset=dataset, path="amount", changes={"description": "Reserved in euro"}
    )
    again = client.post(url, data)
    assert again.status_code == 422 and "Reserved in euro" in again.text
    assert Field.objects.get(path="amount").description == "Reserved in euro"
    assert client.post(url, form_of(again) | {f"initial-{name}": "Reserved in euro"}).status_code == 302
    assert Field.objects.get(path="amount").description == "Paid in euro"


def test_a_word_that_the_glossary_does_not_know_is_refused_by_name(browse, steward, dataset):
    client, url = browse(steward), f"/data/{dataset.key}/fields/edit/?path=amount"
    name = f"terms_{Field.objects.get(path='amount').pk.hex}"
    answer = client.post(url, form_of(client.get(url)) | {name: "Wibble"})
    assert answer.status_code == 422 and "The glossary does not know: Wibble" in answer.text
    assert client.get(f"/data/{dataset.key}/fields/edit/?path=nothing").status_code == 404


def test_data_that_nobody_answers_for_is_a_finding(
    steward, owner, platform, claims, dataset, django_assert_num_queries
):
    from apps.accounts import operations as accounts
    from apps.catalog.rules.datasets import NobodyAnswersForData
    from tests.conftest import SETUP

    orphan = operations.register_dataset(
        actor=steward.as_actor(), platform=platform, name="claims.orphan", department=claims, owner=owner
    )
    assert not NobodyAnswersForData().failing().exists()
    accounts.deactivate_person(actor=SETUP, person=owner, reason="Left")
    with django_assert_num_queries(1):
        assert [row.pk for row in NobodyAnswersForData().failing()] == [orphan.pk]
    operations.change_dataset_people(actor=steward.as_actor(), dataset=orphan, steward=steward, reason="Takes it over")
    assert not NobodyAnswersForData().failing().exists()
