"""The pages of classification: a steward walks through fields, in bulk, and beside another one."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.catalog import operations
from apps.catalog.models import Dataset, Field
from apps.kernel.actors import Actor

pytestmark = pytest.mark.django_db


@pytest.fixture
def browse(as_person):
    return lambda person: as_person(Client(), person)


@pytest.fixture
def suggested(dataset):
    operations.suggest_fields(actor=Actor.system("beat"), dataset=dataset)
    dataset.refresh_from_db()
    return dataset


def shown(page):
    """Return what a browser would send back without anybody touching the table."""
    data = {}
    for row in page.context["rows"]:
        data[f"seen_{row['hex']}"], data[f"was_{row['hex']}"] = row["seen"], row["was"]
        data[f"level_{row['hex']}"] = row["level"].value()
        data[f"categories_{row['hex']}"] = row["categories"].value() or []
    return data | {"submission": page.context["form"]["submission"].value(), "reason": ""}


def hexes(dataset, *paths):
    return [Field.objects.get(dataset=dataset, path=path).pk.hex for path in paths]


def test_a_steward_accepts_what_is_suggested_for_several_fields_at_once(browse, steward, suggested):
    client, path = browse(steward), f"/data/{suggested.key}/classify/"
    page = client.get(path)
    assert "“email”" in page.text and "Restricted" in page.text
    chosen = hexes(suggested, "customer_email", "diagnosis_code")
    answer = client.post(path, shown(page) | {"do": "accept", "chosen": chosen})
    assert answer.status_code == 302
    fields = Field.objects.filter(dataset=suggested).exclude(confirmed_level="")
    assert {f.path: f.confirmed_level for f in fields} == {
        "customer_email": "confidential", "diagnosis_code": "restricted",
    }  # fmt: skip
    assert all(field.confirmed_by == steward for field in fields)


def test_one_class_is_set_for_the_chosen_with_one_reason(browse, steward, suggested):
    client, path = browse(steward), f"/data/{suggested.key}/classify/"
    given = shown(client.get(path)) | {"do": "set", "chosen": hexes(suggested, "customer_email", "customer_id")}
    refused = client.post(path, given | {"bulk_level": "internal"})
    assert refused.status_code == 422 and "Say why" in refused.text
    assert refused.context["rows"][1]["chosen"]
    client.post(path, given | {"bulk_level": "internal", "reason": "Made-up customers of the test system."})
    field = Field.objects.get(dataset=suggested, path="customer_email")
    assert (field.level, field.categories, field.confirmed_reason[:7]) == ("internal", [], "Made-up")


def test_everything_that_is_suggested_is_accepted_at_once(browse, steward, suggested):
    client, path = browse(steward), f"/data/{suggested.key}/classify/"
    assert client.post(path, shown(client.get(path)) | {"do": "all"}).status_code == 302
    left = Field.objects.filter(dataset=suggested, confirmed_level="").values_list("path", "suggested_level")
    assert all(not level for _path, level in left)
    assert "Nothing is suggested" in client.post(path, shown(client.get(path)) | {"do": "all"}).text


def test_only_rows_that_were_changed_are_saved(browse, steward, suggested):
    client, path = browse(steward), f"/data/{suggested.key}/classify/"
    given = shown(client.get(path)) | {"do": "save"}
    assert "Nothing was changed" in client.post(path, given).text
    (amount,) = hexes(suggested, "amount")
    client.post(path, given | {f"level_{amount}": "restricted", f"categories_{amount}": ["financial", "personal"]})
    assert list(Field.objects.exclude(confirmed_level="").values_list("path", flat=True)) == ["amount"]
    assert "do" in given and client.post(path, given | {"do": "nonsense"}).status_code == 422


def test_two_stewards_at_once_see_what_the_other_said(browse, steward, second_steward, suggested):
    path = f"/data/{suggested.key}/classify/"
    first, second = browse(steward), browse(second_steward)
    mine, theirs = shown(first.get(path)), shown(second.get(path))
    email, amount = hexes(suggested, "customer_email", "amount")
    first.post(path, mine | {"do": "save", f"level_{email}": "restricted"})
    second.post(path, theirs | {"do": "save", f"level_{amount}": "restricted"})
    assert Field.objects.exclude(confirmed_level="").count() == 2
    theirs["submission"] = "another"
    answer = second.post(path, theirs | {"do": "accept", "chosen": [email]})
    assert answer.status_code == 409 and "Changed meanwhile" in answer.text
    again = {row["hex"]: row for row in answer.context["rows"]}[email]
    done = second.post(path, theirs | {"do": "accept", "chosen": [email], f"seen_{email}": again["seen"]})
    assert done.status_code == 302
    assert Field.objects.get(path="customer_email").confirmed_level == "confidential"


def test_the_page_is_for_those_who_may_confirm(browse, employee, outsider, steward, suggested):
    path = f"/data/{suggested.key}/classify/"
    assert browse(outsider).get(path).status_code == 404
    Dataset.objects.filter(pk=suggested.pk).update(level="internal")
    assert browse(employee).get(path).status_code == 403
    assert browse(employee).get(f"/data/{suggested.key}/").status_code == 200
    assert "Classify fields" in browse(steward).get(f"/data/{suggested.key}/").text
    assert "Classify fields" not in browse(employee).get(f"/data/{suggested.key}/").text


def test_the_queue_leads_to_what_waits(browse, steward, employee, suggested):
    page = browse(steward).get("/data/classification/?holds=special").text
    assert suggested.key in page and f"/data/{suggested.key}/classify/" in page
    assert suggested.key not in browse(employee).get("/data/classification/").text
    assert suggested.key in browse(steward).get("/work/").text


def test_a_stream_without_fields_is_classified_as_a_whole(browse, steward, dataset):
    client, path = browse(steward), f"/data/{dataset.key}/classify/whole/"
    assert client.post(path, {"level": "confidential", "categories": ["personal"]}).status_code == 422
    given = {"level": "confidential", "categories": ["personal"], "reason": "Positions of drivers."}
    assert client.post(path, given).status_code == 302
    dataset.refresh_from_db()
    assert (dataset.level, dataset.categories) == ("confidential", ["personal"])
    assert "Positions of drivers" in client.get(f"/data/{dataset.key}/").text


def test_the_page_costs_the_same_for_more_fields(browse, steward, suggested):
    client, path = browse(steward), f"/data/{suggested.key}/classify/"

    def cost():
        client.get(path)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        return len(queries)

    before = cost()
    Field.objects.bulk_create(Field(dataset=suggested, path=f"more_email_{n}") for n in range(40))
    operations.suggest_fields(actor=Actor.system("beat"), dataset=suggested)
    assert cost() == before


def test_programs_read_and_confirm(steward, suggested, dataset):
    from apps.accounts.operations import issue_token

    secret = issue_token(
        actor=steward.as_actor(), name="Test", scopes=["catalog.dataset.browse", "catalog.dataset.classify"], days=1
    ).text
    bearer = {"headers": {"Authorization": f"Bearer {secret}"}, "content_type": "application/json"}
    url = f"/api/v1/datasets/{dataset.key}/classification"
    known = {one["path"]: one for one in Client().get(url, **bearer).json()["fields"]}
    assert known["diagnosis_code"]["suggested"]["categories"] == ["health", "personal", "special_category"]
    seen = known["customer_email"]["seen"]
    body = {"fields": [{"path": "customer_email", "level": "confidential", "categories": ["personal"], "seen": seen}]}
    assert Client().post(url, body, **bearer).status_code == 204
    assert Client().post(url, body, **bearer).status_code == 409
    low = {"fields": [{"path": "diagnosis_code", "level": "internal"}]}
    assert Client().post(url, low, **bearer).status_code == 422
