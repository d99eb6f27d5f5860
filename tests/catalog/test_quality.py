"""Whether data is good: checks over time, score, freshness, fitness for each use, and who hears of a breach."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.catalog import operations
from apps.catalog.models import Dataset, DatasetUse, Job, QualityCheck, QualityResult
from apps.catalog.operations.quality import Report
from apps.catalog.queries.quality import quality_of, systems_concerned, trend_of, unfit, verdicts_on
from apps.catalog.rules_pure import scoring
from apps.catalog.tasks import alert_breach
from apps.inventory import operations as inventory
from apps.kernel import clock
from apps.kernel.errors import Invalid, Refused
from apps.kernel.rules import rule_named
from apps.work.models import Notice

from .lineage_world import Flows
from .runtime import bearer

pytestmark = pytest.mark.django_db


@pytest.fixture
def report(dataset, steward):
    """Report the outcome of checks, by name."""

    def send(at=None, **outcomes):
        moment = at or clock.now()
        results = [Report(check=name, at=moment, outcome=outcome) for name, outcome in outcomes.items()]
        operations.report_results(actor=steward.as_actor(), dataset=dataset, source="api", results=results)
        dataset.refresh_from_db()

    return send


@pytest.fixture
def make_use_case(owner, claims):
    def make(name):
        return inventory.register_use_case(
            actor=owner.as_actor(), name=name, purpose="Sort claims", department=claims, owner=owner
        )

    return make


def failing(rule):
    return [row.key for row in rule_named(rule).failing()]


def test_the_score_is_the_weighted_share_of_what_passed(dataset, report):
    report(unique="passed", not_null="passed", range="failed", late="skipped", soft="warned")
    assert quality_of(dataset).score == 62
    QualityCheck.objects.filter(name="range").update(weight=5)
    assert quality_of(dataset).score == 31


@given(st.lists(st.tuples(st.sampled_from(["passed", "warned", "failed", "error", "skipped", ""]), st.integers(0, 9))))
def test_a_score_is_between_none_and_a_hundred(outcomes):
    found = scoring.score(outcomes)
    assert found is None or 0 <= found <= 100
    if found == 100:
        assert all(outcome in ("passed", "skipped", "") or not weight for outcome, weight in outcomes)


def test_the_same_run_again_changes_nothing_and_an_older_one_is_not_the_newest(dataset, report):
    now = clock.now()
    report(at=now, unique="passed")
    report(at=now, unique="passed")
    report(at=now - timedelta(days=1), unique="failed")
    check = QualityCheck.objects.get()
    assert (check.outcome, check.outcome_at, QualityResult.objects.count()) == ("passed", now, 2)
    assert [share for _day, share in trend_of(dataset)] == [0.0, 100.0]


def test_a_broken_check_is_a_finding_until_it_passes(dataset, report):
    report(unique="failed")
    assert failing("QUA-001") == [dataset.key]
    report(unique="passed")
    assert failing("QUA-001") == []


def test_owners_of_systems_downstream_hear_of_a_breach_once(dataset, report, system, owner, steward):
    DatasetUse.objects.create(dataset=dataset, system=system, action="read")
    report(unique="passed")
    at = clock.now()
    report(at=at, unique="failed")
    check = QualityCheck.objects.get()
    assert [one.key for one in systems_concerned(dataset)] == [system.key]
    for _again in range(2):
        alert_breach(check=str(check.pk), at=at.isoformat())
    assert Notice.objects.filter(person=owner, text__contains=dataset.key).count() == 1
    assert Notice.objects.filter(person=steward, text__contains="unique").count() == 1


def test_who_may_not_know_of_the_data_hears_of_a_breach_by_their_own_record(steward, system, owner, platform, claims):
    flows = Flows(steward, platform, claims)
    secret, between = flows.datasets("secret", "between")
    flows.job("prepare", [secret], [between])
    Job.objects.filter(pk=flows.job("feed", [between], []).pk).update(system=system)
    assert not Dataset.objects.visible_to(owner).filter(pk=secret.pk).exists(), "it is not classified"
    operations.report_results(
        actor=steward.as_actor(), dataset=secret, source="api", results=[Report("salaries", clock.now(), "failed")]
    )
    alert_breach(check=str(QualityCheck.objects.get().pk), at=clock.now().isoformat())
    (notice,) = Notice.objects.filter(person=owner)
    assert system.key in notice.text and secret.key not in notice.text and "salaries" not in notice.text
    assert notice.subject_id == str(system.pk)
    assert secret.key in Notice.objects.get(person=steward).text


def test_programs_read_no_use_case_that_their_person_may_not_know_of(
    client, employee, owner, steward, dataset, make_use_case
):
    Dataset.objects.update(level="internal")
    operations.set_fitness(actor=steward.as_actor(), dataset=dataset, use_case=make_use_case("Sort"), least_score=10)
    for person, named in ((employee, 0), (owner, 1)):
        headers = bearer(person, "catalog.dataset.browse")
        found = client.get(f"/api/v1/datasets/{dataset.key}/quality", headers=headers).json()
        assert len(found["fitness"]) == named


@pytest.mark.parametrize("path", ["loads", "quality/results"])
def test_a_time_without_its_zone_is_told_so(client, steward, dataset, path):
    headers = bearer(steward, "integrations.intake.send", "catalog.dataset.browse")
    for at, answer in (("2026-11-01T00:00:00Z", 204), ("2026-11-02T00:00:00", 422)):
        body = {"results": [{"check": "unique", "at": at, "outcome": "passed"}]} if "results" in path else {"at": at}
        sent = client.post(
            f"/api/v1/datasets/{dataset.key}/{path}", body, content_type="application/json", headers=headers
        )
        assert sent.status_code == answer


def test_a_breach_is_announced_when_it_begins_not_with_every_run(dataset, report):
    from apps.audit.models import OutboxMessage

    report(unique="failed")
    report(unique="failed")
    assert OutboxMessage.objects.filter(task="catalog.alert_breach").count() == 1


def test_a_broken_promise_of_freshness_is_a_finding(dataset, steward):
    assert failing("QUA-002") == []
    Dataset.objects.update(fresh_within_minutes=60)
    assert failing("QUA-002") == [dataset.key]
    operations.report_load(actor=steward.as_actor(), dataset=dataset, at=clock.now(), rows=10)
    assert failing("QUA-002") == []
    Dataset.objects.update(last_loaded_at=clock.now() - timedelta(minutes=61))
    assert failing("QUA-002") == [dataset.key]


def test_an_older_load_changes_nothing(dataset, steward):
    now = clock.now()
    operations.report_load(actor=steward.as_actor(), dataset=dataset, at=now, rows=10)
    operations.report_load(actor=steward.as_actor(), dataset=dataset, at=now - timedelta(hours=1), rows=5)
    dataset.refresh_from_db()
    assert (dataset.last_loaded_at, dataset.row_count) == (now, 10)


def test_one_dataset_passes_for_one_use_and_fails_for_another(dataset, report, make_use_case, owner):
    report(unique="passed", not_null="passed", range="failed")
    statistics, pricing = make_use_case("Statistics"), make_use_case("Pricing")
    actor = owner.as_actor()
    operations.set_fitness(actor=actor, dataset=dataset, use_case=statistics, least_score=60)
    needed = QualityCheck.objects.filter(name="range")
    operations.set_fitness(actor=actor, dataset=dataset, use_case=pricing, least_score=60, needed_checks=needed)
    verdicts = {v.fitness.use_case.name: v for v in verdicts_on(dataset, quality_of(dataset))}
    assert verdicts["Statistics"].fit
    assert verdicts["Pricing"].reasons == ["“range” did not pass."]
    assert failing("QUA-003") == [pricing.key]


def test_the_rule_and_the_page_agree_on_what_is_fit(dataset, report, make_use_case, owner):
    report(a="passed", b="warned", c="failed", d="skipped", e="error")
    for number, (least, fresh) in enumerate([(0, None), (37, None), (38, None), (90, None), (0, 60), (100, 60)]):
        case = make_use_case(f"Use {number}")
        operations.set_fitness(
            actor=owner.as_actor(), dataset=dataset, use_case=case, least_score=least, fresh_within_minutes=fresh
        )
    shown = {v.fitness.pk for v in verdicts_on(dataset, quality_of(dataset)) if not v.fit}
    assert shown == set(unfit().values_list("pk", flat=True)) and 0 < len(shown) < 6


def test_a_use_is_not_measured_by_checks_of_another_dataset(dataset, steward, platform, claims, make_use_case):
    other = operations.register_dataset(actor=steward.as_actor(), platform=platform, name="a.b", department=claims)
    results = [Report(check="x", at=clock.now(), outcome="passed")]
    operations.report_results(actor=steward.as_actor(), dataset=other, source="api", results=results)
    with pytest.raises(Invalid):
        operations.set_fitness(
            actor=steward.as_actor(), dataset=dataset, use_case=make_use_case("Use"), least_score=10,
            needed_checks=QualityCheck.objects.all(),
        )  # fmt: skip


def test_it_refuses_an_employee_to_report(dataset, employee):
    with pytest.raises(Refused):
        operations.report_load(actor=employee.as_actor(), dataset=dataset, at=clock.now())


def test_the_page_shows_score_checks_and_fitness(client, as_person, steward, dataset, report, make_use_case, owner):
    report(unique="passed", range="failed")
    case = make_use_case("Pricing")
    as_person(client, steward)
    typed = {"use_case": case.key, "least_score": 90, "fresh_within_minutes": ""}
    assert client.post(f"/data/{dataset.key}/fitness/", typed).status_code == 302
    shown = client.get(f"/data/{dataset.key}/").content.decode()
    assert "50 / 100" in shown and "Not fit" in shown and "The score is 50, the use needs 90." in shown
    check = QualityCheck.objects.get(name="range")
    assert "Failed" in client.get(f"/data/{dataset.key}/checks/{check.pk}/").content.decode()
    assert dataset.key in client.get("/data/quality/?state=broken").content.decode()
    wrong = client.post(f"/data/{dataset.key}/fitness/", typed | {"least_score": 101})
    assert wrong.status_code == 422 and 'value="101"' in wrong.content.decode()


def test_the_page_costs_the_same_for_two_checks_and_for_forty(client, as_person, steward, dataset, report):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    as_person(client, steward)
    report(a="passed", b="failed")
    client.get(f"/data/{dataset.key}/")
    with CaptureQueriesContext(connection) as two:
        client.get(f"/data/{dataset.key}/")
    report(**{f"check_{number}": "passed" for number in range(38)})
    with CaptureQueriesContext(connection) as forty:
        client.get(f"/data/{dataset.key}/")
    assert len(two) == len(forty)
