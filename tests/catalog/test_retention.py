"""How long data is kept: due, held, deleted with proof, overdue; and the copies that lineage knows of."""

from __future__ import annotations

from datetime import timedelta
from threading import Thread

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from apps.audit.models import Entry
from apps.catalog import operations
from apps.catalog.models import Dataset, Deletion, LegalHold, RetentionPolicy
from apps.catalog.operations import retention
from apps.catalog.operations.retention import attest_deletion, place_hold, release_hold, set_policy
from apps.catalog.queries.retention import copies_of
from apps.compliance.engine import evaluate
from apps.compliance.models import Finding
from apps.kernel import clock
from apps.kernel.errors import Conflict, Invalid, Refused
from apps.kernel.rules import rule_named
from tests.inventory.conftest import Within

pytestmark = pytest.mark.django_db
REPORT = ("job-4711.txt", b"deleted 900 of 1000 rows, run 4711")


@pytest.fixture(autouse=True)
def own_storage(settings, tmp_path):
    settings.EVIDENCE_KEYS_FILE = tmp_path / "keys"
    settings.STORAGES = settings.STORAGES | {
        "evidence": settings.STORAGES["evidence"] | {"OPTIONS": {"location": tmp_path / "files"}}
    }


@pytest.fixture
def policy(dataset, steward):
    return set_policy(
        actor=steward.as_actor(), dataset=dataset, days=365, source="steward", basis="Claims need a year.",
        due_on=clock.today() - timedelta(days=1),
    )  # fmt: skip


@pytest.fixture
def copies(steward, platform, claims, dataset):
    """A lake copy (columns as they are), a report (sums only) and a masked sample, all fed from the claims."""
    made = {}
    for name in ("copy", "report", "sample"):
        made[name] = operations.register_dataset(
            actor=steward.as_actor(), platform=platform, name=f"lake.{name}", department=claims, steward=steward
        )
    flow = operations.FlowSeen
    with Within("integrations.lineage.received", steward.as_actor()):
        actor = steward.as_actor()
        for name, subtype, masking in (
            ("copy", "IDENTITY", False),
            ("report", "AGGREGATION", False),
            ("sample", "TRANSFORMATION", True),
        ):
            job = operations.observe_job(actor=actor, namespace="airflow", name=f"load_{name}", at=clock.now())
            operations.observe_flow(actor=actor, job=job, inputs=[dataset], outputs=[made[name]], at=clock.now())
            seen = flow(dataset, "customer_id", made[name], "customer_id", "DIRECT", subtype, masking)
            operations.observe_field_flows(actor=actor, job=job, flows=[seen], at=clock.now())
    return made


def attest(dataset, person, **changes):
    values = {
        "up_to": clock.today() - timedelta(days=366), "rows_before": 1000, "rows_deleted": 900, "rows_after": 100,
        "job_reference": "airflow:purge_claims/4711", "proof": REPORT,
    }  # fmt: skip
    return attest_deletion(actor=person.as_actor(), dataset=dataset, **(values | changes))


def failing(rule):
    return sorted(row.key for row in rule_named(rule).failing())


def test_the_story_of_hold_deletion_proof_and_finding(dataset, policy, steward, legal):
    evaluate(rule_named("RET-001"))
    assert Finding.objects.get(rule_id="RET-001").explanation == f"Due on {policy.due_on}"
    hold = place_hold(actor=legal.as_actor(), matter="Aurelia v. Doe", reason="Litigation", datasets=[dataset])
    evaluate(rule_named("RET-001"))
    assert Finding.objects.get(rule_id="RET-001").status == "closed"
    with pytest.raises(Conflict, match=f"{hold.key}.*Aurelia v. Doe"):
        attest(dataset, steward)
    assert not Deletion.objects.exists()
    release_hold(actor=legal.as_actor(), hold=hold, reason="The matter is settled.")
    evaluate(rule_named("RET-001"))
    assert Finding.objects.filter(rule_id="RET-001", status="open").count() == 1
    made = attest(dataset, steward)
    assert made.evidence is not None and made.evidence.current.sha256
    policy.refresh_from_db()
    assert policy.due_on == made.up_to + timedelta(days=365 + 30)
    evaluate(rule_named("RET-001"))
    assert not Finding.objects.filter(rule_id="RET-001", status="open").exists()
    events = set(Entry.objects.filter(kind="operation").values_list("event", flat=True))
    assert {"catalog.hold.placed", "catalog.hold.released", "catalog.deletion.attested"} <= events


@pytest.mark.parametrize(
    "changes, field",
    [
        ({"rows_after": 99}, "rows_after"),
        ({"rows_deleted": -1, "rows_after": 1001}, "rows_deleted"),
        ({"job_reference": " "}, "job_reference"),
        ({"proof": None}, "proof"),
        ({"up_to": "ahead"}, "up_to"),
    ],
)
def test_a_deletion_without_its_proof_is_not_attested(dataset, policy, steward, changes, field):
    if changes.get("up_to") == "ahead":
        changes = {"up_to": clock.today() + timedelta(days=1)}
    with pytest.raises(Invalid) as refused:
        attest(dataset, steward, **changes)
    assert field in refused.value.problems
    assert not Deletion.objects.exists()


def test_what_the_law_keeps_is_not_deleted_early(dataset, steward):
    set_policy(actor=steward.as_actor(), dataset=dataset, days=3650, source="law", basis="Commercial code: ten years")
    with pytest.raises(Invalid) as refused:
        attest(dataset, steward)
    assert "up_to" in refused.value.problems


def test_a_contract_never_shortens_what_the_law_or_a_steward_said(dataset, policy, steward):
    with Within("integrations.contract.imported", steward.as_actor()):
        kept = set_policy(actor=steward.as_actor(), dataset=dataset, days=10, source="contract")
    assert kept.pk == policy.pk and RetentionPolicy.objects.count() == 1


def test_what_the_law_says_is_not_replaced_without_a_word(dataset, steward):
    kept = set_policy(actor=steward.as_actor(), dataset=dataset, days=3650, source="law", basis="Commercial code")
    with pytest.raises(Conflict, match="only another law"):
        set_policy(actor=steward.as_actor(), dataset=dataset, days=10, source="steward", basis="Too much")
    assert RetentionPolicy.objects.get(replaced_at=None).pk == kept.pk


def test_nobody_types_in_what_a_contract_says(dataset, steward):
    with pytest.raises(Refused):
        set_policy(actor=steward.as_actor(), dataset=dataset, days=10, source="contract")


def test_the_same_policy_again_changes_nothing(dataset, policy, steward):
    again = set_policy(
        actor=steward.as_actor(), dataset=dataset, days=365, source="steward", basis="Claims need a year."
    )
    assert again.pk == policy.pk
    changed = set_policy(actor=steward.as_actor(), dataset=dataset, days=30, source="steward", basis="Shorter.")
    assert changed.pk != policy.pk
    assert RetentionPolicy.objects.filter(dataset=dataset, replaced_at=None).count() == 1


def test_lineage_shows_the_copies_that_must_go_too(dataset, copies):
    assert [one.pk for one in copies_of(dataset)] == [copies["copy"].pk]


def test_a_copy_that_was_forgotten_is_a_finding_until_it_is_cleaned(dataset, policy, copies, steward):
    attest(dataset, steward)
    assert failing("RET-002") == [copies["copy"].key]
    attest(copies["copy"], steward)
    assert failing("RET-002") == []


def test_a_copy_named_with_the_deletion_is_no_finding(dataset, policy, copies, steward):
    attest(dataset, steward, copies=[copies["copy"]])
    assert failing("RET-002") == []


def test_it_refuses_to_name_as_copy_what_lineage_does_not_know(dataset, policy, copies, steward):
    with pytest.raises(Invalid) as refused:
        attest(dataset, steward, copies=[copies["report"]])
    assert "copies" in refused.value.problems


def test_a_held_copy_keeps_the_whole_deletion_from_being_attested(dataset, policy, copies, steward, legal):
    place_hold(actor=legal.as_actor(), matter="M", reason="Litigation", datasets=[copies["copy"]])
    with pytest.raises(Conflict):
        attest(dataset, steward, copies=[copies["copy"]])
    attest(dataset, steward)
    assert failing("RET-002") == []


def test_personal_data_without_retention_is_a_finding(dataset, steward):
    assert failing("RET-003") == []
    Dataset.objects.filter(pk=dataset.pk).update(categories=["personal"])
    assert failing("RET-003") == [dataset.key]
    set_policy(actor=steward.as_actor(), dataset=dataset, days=30, source="steward", basis="Need.")
    assert failing("RET-003") == []


def test_a_hold_that_is_forgotten_is_a_finding(dataset, legal):
    hold = place_hold(actor=legal.as_actor(), matter="M", reason="Litigation", datasets=[dataset])
    assert failing("RET-004") == []
    LegalHold.objects.update(placed_at=clock.now() - timedelta(days=366))
    assert failing("RET-004") == [hold.key]


def test_it_refuses_a_steward_to_place_a_hold_and_legal_to_attest(dataset, steward, legal):
    with pytest.raises(Refused):
        place_hold(actor=steward.as_actor(), matter="M", reason="x", datasets=[dataset])
    with pytest.raises(Refused):
        attest(dataset, legal)


def test_the_database_itself_refuses_counts_that_do_not_add_up(dataset, policy, steward):
    from django.db import IntegrityError, transaction

    made = attest(dataset, steward)
    with pytest.raises(IntegrityError), transaction.atomic():
        Deletion.objects.filter(pk=made.pk).update(rows_after=5)


def test_a_steward_attests_in_the_browser_and_what_was_typed_is_kept(
    client, as_person, steward, dataset, policy, copies
):
    as_person(client, steward)
    address = f"/data/{dataset.key}/deletions/attest/"
    typed = {
        "up_to": (clock.today() - timedelta(days=366)).isoformat(), "rows_before": 1000, "rows_deleted": 900,
        "rows_after": 100, "job_reference": "job 4711", "copies": [copies["copy"].key],
    }  # fmt: skip
    without = client.post(address, typed)
    text = without.content.decode()
    assert without.status_code == 422 and "job 4711" in text and "Add the file that proves it" in text
    proof = SimpleUploadedFile("report.txt", b"deleted 900 rows", content_type="text/plain")
    wrong = client.post(address, typed | {"rows_after": 99, "proof": proof})
    assert wrong.status_code == 422 and "1000 rows less 900 are 100" in wrong.content.decode()
    proof = SimpleUploadedFile("report.txt", b"deleted 900 rows", content_type="text/plain")
    done = client.post(address, typed | {"proof": proof})
    assert done.status_code == 302
    assert [copy.key for copy in Deletion.objects.get().copies.all()] == [copies["copy"].key]


def test_legal_places_and_releases_a_hold_in_the_browser(client, as_person, legal, dataset):
    as_person(client, legal)
    bad = client.post("/data/holds/place/", {"matter": "Kept", "datasets": "DST-9999", "reason": "Litigation"})
    assert bad.status_code == 422 and "DST-9999" in bad.content.decode() and "Kept" in bad.content.decode()
    good = client.post("/data/holds/place/", {"matter": "Kept", "datasets": dataset.key, "reason": "Litigation"})
    hold = LegalHold.objects.get()
    assert good.status_code == 302 and dataset.key in client.get(f"/data/holds/{hold.key}/").content.decode()
    assert client.post(f"/data/holds/{hold.key}/release/", {"reason": ""}).status_code == 422
    assert client.post(f"/data/holds/{hold.key}/release/", {"reason": "Settled"}).status_code == 302
    assert client.post(f"/data/holds/{hold.key}/release/", {"reason": "Again"}).status_code == 403


def test_the_due_list_shows_what_is_overdue_and_what_is_held(client, as_person, steward, legal, dataset, policy):
    as_person(client, steward)
    assert "Overdue" in client.get("/data/retention/?state=overdue").content.decode()
    place_hold(actor=legal.as_actor(), matter="M", reason="Litigation", datasets=[dataset])
    assert dataset.key not in client.get("/data/retention/?state=overdue").content.decode()
    assert dataset.key in client.get("/data/retention/?state=held").content.decode()


def test_an_employee_sees_neither_holds_nor_due_dates(client, as_person, employee, dataset, legal):
    hold = place_hold(actor=legal.as_actor(), matter="M", reason="Litigation", datasets=[dataset])
    as_person(client, employee)
    assert client.get("/data/retention/").status_code == 403
    assert client.get(f"/data/holds/{hold.key}/").status_code == 404


def test_nobody_puts_the_due_day_off_beyond_the_policy(dataset, steward):
    with pytest.raises(Invalid) as refused:
        set_policy(
            actor=steward.as_actor(), dataset=dataset, days=100, source="steward", basis="Short.",
            due_on=clock.today() + timedelta(days=400),
        )  # fmt: skip
    assert "due_on" in refused.value.problems


@pytest.mark.parametrize(
    ("days", "due"), [(100, -9), (105, -4), (200, 91), (50, -9)], ids=["as-long", "longer", "much-longer", "shorter"]
)
def test_other_words_do_not_put_off_what_is_overdue(dataset, steward, days, due):
    values = {"actor": steward.as_actor(), "dataset": dataset, "source": "steward"}
    set_policy(**values, days=100, basis="Short.", due_on=clock.today() - timedelta(days=9))
    again = set_policy(**values, days=days, basis="Said in other words.")
    assert again.due_on == clock.today() + timedelta(days=due)


def test_what_is_to_go_earlier_than_was_said_has_the_time_of_one_run(dataset, steward):
    values = {"actor": steward.as_actor(), "dataset": dataset, "source": "steward", "basis": "The need."}
    set_policy(**values, days=3_650)
    assert set_policy(**values, days=365).due_on <= clock.today() + timedelta(days=365 + 30)
    far = set_policy(**values, days=3_650, due_on=clock.today() + timedelta(days=300))
    assert set_policy(**values, days=30).due_on == clock.today() + timedelta(days=30) and far.days == 3_650


def test_a_proof_that_comes_late_does_not_make_due_again_what_went_since(dataset, policy, steward):
    attest(dataset, steward)
    policy.refresh_from_db()
    due_on = policy.due_on
    attest(dataset, steward, up_to=clock.today() - timedelta(days=800))
    policy.refresh_from_db()
    assert policy.due_on == due_on and not failing("RET-001")


@pytest.mark.django_db(transaction=True)
def test_a_hold_waits_for_a_deletion_that_is_being_attested(dataset, policy, steward, legal, monkeypatch):
    looked, waited = retention.holds_on, []

    def hold():
        place_hold(actor=legal.as_actor(), matter="Aurelia v. Doe", reason="Litigation", datasets=[dataset])
        connection.close()

    def place_while_looking(about):
        found = list(looked(about))
        holder = Thread(target=hold)
        holder.start()
        holder.join(timeout=1.5)
        waited.append((holder, holder.is_alive()))
        return looked(about).filter(pk__in=[one.pk for one in found])

    monkeypatch.setattr(retention, "holds_on", place_while_looking)
    attest(dataset, steward)
    ((holder, was_waiting),) = waited
    holder.join()
    assert was_waiting and looked(dataset).exists()
