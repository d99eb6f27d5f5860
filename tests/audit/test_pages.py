"""The pages and the API of the ledger, as the people who use them see them."""

from __future__ import annotations

import io
import zipfile

import pytest
from django.test import RequestFactory

from apps.audit.models import Entry, Verification
from apps.audit.operations.sealing import seal_once
from apps.audit.panels import activity
from apps.audit.tasks import verify, verify_all
from apps.inventory import operations as inventory
from apps.kernel import owed
from apps.kernel.panels import panels_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(client, auditor, as_person, enterprise):
    """An auditor of the whole enterprise, signed in."""
    from apps.accounts import operations
    from apps.accounts.models import Role
    from apps.kernel.actors import Actor

    operations.assign_role(
        actor=Actor.system("installation"), role=Role.objects.get(key="auditor"), person=auditor, reason="Everywhere"
    )
    return as_person(client, auditor)


def test_an_auditor_reads_the_list_and_narrows_it(reader, system, owner):
    page = reader.get("/ledger/").content.decode()
    assert "System: registered" in page
    assert "Olga Owner" in page
    for query in (
        f"?q={system.key}",
        "?q=Olga",
        "?q=registered",
        "?room=inventory&kind=operation",
        "?since=7",
    ):
        assert "System: registered" in reader.get(f"/ledger/{query}").content.decode(), query
    assert "System: registered" not in reader.get("/ledger/?notable=outside").content.decode()
    assert "System: registered" not in reader.get("/ledger/?q=nothing-like-this").content.decode()


def test_a_record_and_a_person_have_their_trail(reader, system, owner):
    assert f"Ledger: {system}" in reader.get(f"/ledger/about/inventory.system/{system.pk}/").content.decode()
    page = reader.get(f"/ledger/by/{owner.pk}/").content.decode()
    assert "Ledger: by Olga Owner" in page
    assert "System: registered" in page


def test_an_export_of_the_list_is_an_entry(reader, system):
    answer = reader.get("/ledger/?export=csv")
    assert b"inventory.system.registered" in b"".join(
        answer.streaming_content if answer.streaming else [answer.content]
    )
    assert Entry.objects.filter(event__endswith=".exported").exists()


def test_an_entry_shows_what_changed_and_personal_texts_until_they_are_erased(reader, owner):
    entry = Entry.objects.filter(subject_type="accounts.person", subject_id=str(owner.pk), kind="change").first()
    page = reader.get(f"/ledger/{entry.pk}/").content.decode()
    assert "olga.owner@aurelia.example" in page
    assert "Not sealed yet" in page


def test_who_may_not_read_the_ledger_is_refused(client, owner, system, as_person):
    signed_in = as_person(client, owner)
    for path in ("/ledger/", "/integrity/", f"/ledger/about/inventory.system/{system.pk}/"):
        assert signed_in.get(path).status_code == 403
    assert signed_in.post("/integrity/bundle/").status_code == 403
    assert signed_in.post("/integrity/verify/").status_code == 403


def test_an_auditor_of_one_department_sees_its_records_only(client, make_person, underwriting, system, as_person):
    local = make_person("Lara Local", "auditor", department=underwriting, reach=underwriting)
    entry = Entry.objects.filter(subject_id=str(system.pk)).first()
    restricted = Entry.objects.visible_to(local)
    assert restricted.filter(subject_type="accounts.person").exists()
    assert not restricted.filter(subject_type="sessions.session").exists()
    visible = type(system).objects.visible_to(local).filter(pk=system.pk).exists()
    assert as_person(client, local).get(f"/ledger/{entry.pk}/").status_code == (200 if visible else 404)


def test_every_record_shows_its_activity(rf: RequestFactory, system, owner):
    assert "audit.activity" in [panel.name for panel in panels_for("inventory.system")]
    inventory.edit_system(actor=owner.as_actor(), system=system, changes={"summary": "Sorts."}, reason="Shorter")
    request = rf.get("/")
    request.user, request.actor = owner, owner.as_actor()
    shown = activity(request, system)
    assert [item["title"] for item in shown["items"]] == ["System: edited", "System: registered"]
    assert shown["items"][0]["detail"] == "Shorter"
    assert shown["items"][0]["who"] == "Olga Owner"
    assert shown["trail"] == ""


@pytest.mark.django_db(transaction=True)
def test_activity_says_between_which_states_a_record_moved(rf: RequestFactory, system, owner):
    inventory.report_operating_status(actor=owner.as_actor(), system=system, status="running")
    inventory.edit_system(actor=owner.as_actor(), system=system, changes={"summary": "Sorts."}, reason="Shorter")
    request = rf.get("/")
    request.user, request.actor = owner, owner.as_actor()
    details = [item["detail"] for item in activity(request, system)["items"]]
    assert details == ["Shorter", "Operating status: Not running → Running", ""]


@pytest.mark.django_db(transaction=True)
def test_the_integrity_page_says_how_the_ledger_stands(empty_ledger, reader, system):
    assert "Not verified yet" in reader.get("/integrity/").content.decode()
    seal_once()
    answer = reader.post("/integrity/verify/", {"submission": "one"}, follow=True)
    assert b"Verifying" in answer.content
    waiting = Verification.objects.get()
    verify(verification=str(waiting.pk), more="ignored")
    verify(verification=str(waiting.pk))
    page = reader.get("/integrity/").content.decode()
    assert "The ledger verifies" in page
    assert "What this does not promise" in page
    assert Entry.objects.filter(event="audit.ledger.verified", kind="operation").count() == 1
    sealed = Entry.objects.filter(event="inventory.system.registered").first()
    assert "Place" in reader.get(f"/ledger/{sealed.pk}/").content.decode()
    fragment = reader.get("/integrity/", headers={"HX-Request": "true", "HX-Request-Type": "partial"}).content.decode()
    assert fragment.strip().startswith('<div id="standing"')


@pytest.mark.django_db(transaction=True)
def test_the_bundle_is_handed_out_and_recorded(empty_ledger, reader, system):
    seal_once()
    answer = reader.post("/integrity/bundle/", {"with_personal_texts": "on"})
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as bundle:
        assert "personal_texts.jsonl" in bundle.namelist()
        assert bundle.read("entries.jsonl").count(b"\n") == bundle.read("leaves.tsv").count(b"\n")
    told = Entry.objects.get(event="audit.entries.exported", kind="operation")
    assert '"with_personal_texts": true' in told.details["result"]
    assert reader.get("/integrity/key/").content.startswith(b"gatehouse.local/")
    assert b"\ntime " in reader.get("/integrity/checkpoint/").content


@pytest.mark.django_db(transaction=True)
def test_the_integrity_page_says_what_an_older_backup_lacks(sealed_ledger, reader, as_superuser):
    as_superuser("DELETE FROM audit_leaf WHERE position >= 20", "DELETE FROM audit_checkpoint WHERE size > 20")
    page = reader.get("/integrity/").content.decode()
    assert "What is kept outside goes beyond this ledger" in page
    assert "acknowledge-gap" in page


@pytest.mark.django_db(transaction=True)
def test_a_ledger_that_does_not_verify_is_work_for_those_who_watch_it(
    sealed_ledger, reader, auditor, employee, as_superuser
):
    as_superuser(f"DELETE FROM audit_entry WHERE id = {sealed_ledger[4]}")
    verify_all()
    assert [item.title for item in owed.owed_by(auditor) if item.kind == "Integrity"] == ["The ledger does not verify"]
    assert not [item for item in owed.owed_by(employee) if item.kind == "Integrity"]
    page = reader.get("/integrity/").content.decode()
    assert "The ledger does not verify" in page
    assert "place 4" in page
