"""The pages and the API of lineage: what people see, what they do not, and rules that follow from it."""

from __future__ import annotations

import pytest
from django.test import Client

from apps.catalog import operations
from apps.catalog.models import Dataset, Job, LineageEdge
from apps.catalog.operations import FlowSeen
from apps.compliance.engine import evaluate
from apps.compliance.models import Finding
from apps.inventory.models import AISystem
from apps.kernel.rules import rule_named
from apps.work.models import Notice

from .lineage_world import Flows
from .test_catalog_api import call  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db


@pytest.fixture
def browse(as_person):
    return lambda person: as_person(Client(), person)


@pytest.fixture
def flows(steward, platform, claims):
    return Flows(steward, platform, claims)


@pytest.fixture
def chain(flows, system):
    """Raw claims with an e-mail, loaded into a mart that the system's job reads; a secret copy hangs on it."""
    raw, mart, secret = flows.datasets("raw", "mart", "secret")
    Dataset.objects.filter(pk__in=[raw.pk, mart.pk]).update(level="internal")
    Dataset.objects.filter(pk=secret.pk).update(level="restricted")
    flows.job("load", [raw], [mart], [FlowSeen(raw, "email", mart, "email", subtype="IDENTITY")])
    flows.job("copy", [mart], [secret])
    score = flows.job("score", [mart], [])
    Job.objects.filter(pk=score.pk).update(system=system)
    return raw, mart, secret


def test_the_walk_reads_as_a_table_and_as_a_picture(browse, steward, chain, system):
    raw, mart, secret = chain
    text = browse(steward).get(f"/data/{raw.key}/lineage/?direction=down").content.decode()
    for name in (str(mart), str(secret), str(system), "score"):
        assert name in text
    assert '<svg class="lineage"' in text and "style=" not in text and "<table" in text


def test_data_that_somebody_may_not_know_of_is_a_number_on_every_page(browse, employee, chain):
    raw, _mart, secret = chain
    client = browse(employee)
    for address in (
        "lineage/",
        "lineage/?kind=dataset",
        "impact/",
        "lineage/columns/",
        "lineage/field/?path=email",
        "",
    ):
        response = client.get(f"/data/{raw.key}/{address}")
        text = response.content.decode()
        assert response.status_code == 200
        assert secret.key not in text and "secret" not in text
    assert "A dataset you may not see" in client.get(f"/data/{raw.key}/lineage/").content.decode()
    assert client.get(f"/data/{secret.key}/lineage/").status_code == 404


@pytest.mark.parametrize(
    "query", ["?depth=x&kind=<b>&on=2026-99-99&direction=sideways", "?on=2026-01-01", "?ended=yes&rows=all"]
)
def test_an_address_that_cannot_be_read_is_the_usual_walk(browse, steward, chain, query):
    assert browse(steward).get(f"/data/{chain[0].key}/lineage/{query}").status_code == 200


def test_jobs_and_systems_have_walks_of_their_own(browse, steward, owner, chain, system):
    raw, mart, _secret = chain
    job = Job.objects.get(name="load")
    page = browse(steward).get(f"/data/jobs/{job.pk}/").content.decode()
    assert str(raw) in page and str(mart) in page
    assert str(raw) in browse(steward).get(f"/data/jobs/{job.pk}/lineage/").content.decode()
    assert str(raw) in browse(owner).get(f"/data/systems/{system.key}/lineage/").content.decode()


def test_the_page_of_a_dataset_shows_its_neighbours(browse, steward, chain):
    text = browse(steward).get(f"/data/{chain[1].key}/").content.decode()
    assert str(chain[0]) in text and f"/data/{chain[1].key}/impact/" in text


def test_columns_and_reach_say_how(browse, steward, chain, system):
    raw, mart, _secret = chain
    columns = browse(steward).get(f"/data/{mart.key}/lineage/columns/").content.decode()
    assert "IDENTITY" in columns and "Values flow" in columns
    reach = browse(steward).get(f"/data/{raw.key}/lineage/field/?path=email").content.decode()
    assert str(mart) in reach and "As it is" in reach and "Not known" in reach
    assert browse(steward).get(f"/data/{raw.key}/lineage/field/?path=nothing").status_code == 404


def test_a_steward_tells_those_downstream(browse, steward, owner, employee, chain, system):
    raw = chain[0]
    response = browse(steward).post(f"/data/{raw.key}/impact/", {"message": "Column e-mail goes."})
    assert response.status_code == 302
    assert Notice.objects.filter(person=owner, text__contains="Column e-mail goes.").count() == 1
    assert browse(employee).post(f"/data/{raw.key}/impact/", {"message": "Mine."}).status_code in (403, 422)


def test_a_steward_draws_and_ends_a_line_on_pages(browse, steward, employee, chain):
    raw, _mart, secret = chain
    client = browse(steward)
    sent = {"source": secret.key, "job": "Monthly sheet"}
    assert client.post(f"/data/{raw.key}/lineage/declare/", sent).status_code == 302
    job = Job.objects.get(name="Monthly sheet")
    address = f"/data/{raw.key}/lineage/end/?other={job.pk}"
    assert client.post(address, {"reason": "Gone"}).status_code == 302
    assert LineageEdge.objects.get(source_id=job.pk).ended_at is not None
    assert client.get(address).status_code == 404
    assert browse(employee).get(f"/data/{raw.key}/lineage/declare/").status_code == 403


def test_the_api_answers_the_same(call, steward, employee, chain, system):  # noqa: F811
    raw, mart, secret = chain
    walked = call(steward, f"/datasets/{raw.key}/lineage?direction=down&kind=dataset").json()
    assert [node["label"] for node in walked["nodes"]] == [str(mart), str(secret)]
    blind = call(employee, f"/datasets/{raw.key}/lineage?direction=down").json()
    assert blind["hidden"] >= 1 and secret.key not in str(blind) and str(secret.pk) not in str(blind)
    assert call(employee, f"/datasets/{raw.key}/lineage?depth=999").status_code == 422
    assert call(steward, f"/datasets/{mart.key}/lineage/fields").json()[0]["source_field"] == "email"
    reach = call(steward, f"/datasets/{raw.key}/lineage/reach?field=email").json()
    assert reach["fields"][0]["dataset"] == mart.key and reach["not_described"] == [secret.key]
    broken = call(steward, f"/datasets/{raw.key}/impact").json()
    assert mart.key in broken["datasets"] and broken["hidden"]["use_case"] == 0
    told = call(steward, f"/datasets/{raw.key}/impact/announce", {"message": "It moves."})
    assert told.status_code == 204 and Notice.objects.filter(text__contains="It moves.").exists()


def failing(rule: str):
    return list(rule_named(rule).failing())


def test_observed_data_that_a_system_uses_and_nobody_declared_is_a_finding(chain, system):
    raw, mart, _secret = chain
    Dataset.objects.filter(pk__in=[raw.pk, mart.pk]).update(standing="observed", owner=None, steward=None)
    (found,) = failing("LIN-001")
    assert found == mart and found.explanation == "Read by the job score."
    Dataset.objects.filter(pk=mart.pk).update(standing="declared")
    assert not failing("LIN-001")


def test_a_system_that_reads_without_use_or_grant_is_a_finding_until_the_use_is_declared(chain, steward, owner, system):
    mart = chain[1]
    (found,) = failing("LIN-002")
    assert found == system and mart.key in found.explanation and found.finding_owner == owner.pk
    mart.refresh_from_db()
    operations.declare_use(actor=steward.as_actor(), dataset=mart, system=system)
    assert not failing("LIN-002")


def test_public_data_needs_no_claim(chain, system):
    Dataset.objects.filter(pk=chain[1].pk).update(level="public")
    assert not failing("LIN-002")


def test_personal_data_upstream_that_the_record_does_not_name_is_a_finding(chain, system):
    raw = chain[0]
    assert not failing("LIN-003")
    Dataset.objects.filter(pk=raw.pk).update(categories=["personal"])
    (found,) = failing("LIN-003")
    assert found == system and raw.key in found.explanation and "4 lines away" in found.explanation
    assert raw.title not in found.explanation, "who sees the system may not know of the data"
    AISystem.objects.filter(pk=system.pk).update(data_classes=["personal"])
    assert not failing("LIN-003")


def test_personal_data_that_is_masked_on_its_only_way_is_no_finding(chain, flows, system):
    raw, mart, _secret = chain
    Dataset.objects.filter(pk=raw.pk).update(categories=["personal"])
    raw.fields.update(level="confidential", categories=["personal"])
    flows.job("load", [raw], [mart], [FlowSeen(raw, "email", mart, "email", subtype="IDENTITY", masking=True)])
    assert not failing("LIN-003")
    flows.job("load", [raw], [mart], [FlowSeen(raw, "email", mart, "contact", subtype="IDENTITY")])
    assert len(failing("LIN-003")) == 1


def test_the_findings_are_written_with_their_evidence(chain, system, owner):
    Dataset.objects.filter(pk=chain[0].pk).update(categories=["health"])
    evaluate(rule_named("LIN-003"))
    found = Finding.objects.filter(rule_id="LIN-003", subject_id=str(system.pk)).get()
    assert chain[0].key in found.explanation
