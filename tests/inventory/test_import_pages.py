"""The import pages, as an analyst walks through them; every step without JavaScript."""

from __future__ import annotations

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse

from apps.audit.models import Entry, OutboxMessage
from apps.inventory import operations
from apps.inventory.models import AISystem, Import, ImportState, ReportedFact
from apps.inventory.tasks import run_import

pytestmark = pytest.mark.django_db

TABLE = (
    "Use Case Name;Use Case ID;Business unit;Stage;High-impact?;Testing done;Contact e-mail;Remarks\n"
    "Letter sorter;L-1;Mail room;Deployed;No;Yes;mara.mail@aurelia.example;keeps paper\n"
    "Claims scorer;L-2;Claims;c) Deployed – in use;a) High-impact;In progress;;\n"
    ";L-3;Claims;Pilot;No;;;\n"
    "Claims scorer;L-2;Claims;Deployed;Yes;No;;\n"
)


@pytest.fixture
def analyst_client(client, analyst, as_person):
    return as_person(client, analyst)


def upload(client, text: str | bytes = TABLE, name: str = "Subsidiaries.csv", source: str = ""):
    content = text if isinstance(text, bytes) else text.encode()
    file = SimpleUploadedFile(name, content, content_type="application/octet-stream")
    return client.post(reverse("inventory:import_new"), {"file": file, "source": source})


def columns_of(batch: Import, **more: str) -> dict[str, str]:
    """Return what the columns form would send when nothing is changed."""
    fields = {f"column_{place}": key for place, key in enumerate(batch.mapping)}
    department = str(batch.department_id or "")
    return {"source": batch.source, "department": department, "create_departments": "on", **fields, **more}


def walk_to_check(client, **more: str) -> Import:
    upload(client, **more)
    batch = Import.objects.latest("created_at")
    client.post(reverse("inventory:import_columns", args=[batch.key]), columns_of(batch))
    batch.refresh_from_db()
    return batch


def test_it_guesses_columns_and_shows_why(analyst_client):
    response = upload(analyst_client)
    batch = Import.objects.get()
    assert response.status_code == 302
    assert batch.mapping == [
        "name", "external_id", "unit", "stage", "high_impact", "testing", "contact_email", "",
    ]  # fmt: skip
    page = analyst_client.get(response["Location"]).content.decode()
    assert "Letter sorter" in page
    assert "the header says" in page
    assert not AISystem.objects.exists()


def test_it_runs_dry_then_takes_the_good_rows_and_accounts_for_all(analyst_client, analyst):
    batch = walk_to_check(analyst_client)
    assert batch.state == ImportState.CHECKED
    page = analyst_client.get(reverse("inventory:import", args=[batch.key])).content.decode()
    assert "Nothing was taken yet" in page
    assert not AISystem.objects.exists()

    refused = analyst_client.post(reverse("inventory:import_run", args=[batch.key]), {"only_good": ""})
    assert refused.status_code == 422
    assert "cannot be taken" in refused.content.decode()

    analyst_client.post(reverse("inventory:import_run", args=[batch.key]), {"only_good": "yes"})
    message = OutboxMessage.objects.get(task="inventory.run_import")
    run_import(**message.payload)
    run_import(**message.payload)
    batch.refresh_from_db()
    assert batch.state == ImportState.DONE
    outcomes = dict(batch.lines.values_list("row_number", "outcome"))
    assert outcomes == {2: "created", 3: "created", 4: "rejected", 5: "duplicate"}
    assert AISystem.objects.count() == 2
    scorer = AISystem.objects.get(name="Claims scorer")
    facts = {fact.name: (fact.value, fact.original) for fact in ReportedFact.objects.filter(system=scorer)}
    assert facts["stage"] == ("deployed", "c) Deployed – in use")
    assert facts["high_impact"][0] == "yes"
    assert facts["testing"][0] == "in_progress"
    assert (scorer.stage, scorer.operating_status) == ("proposed", "running")
    assert scorer.department.name == "Claims"
    sorter = AISystem.objects.get(name="Letter sorter")
    assert sorter.reported_facts.get(name="column:Remarks").original == "keeps paper"
    assert (
        Entry.objects.filter(kind="operation", event="inventory.system.registered", actor_id=str(analyst.pk)).count()
        == 2
    )


def test_every_number_leads_to_its_rows_and_the_problems_download(analyst_client):
    batch = walk_to_check(analyst_client)
    rows = analyst_client.get(reverse("inventory:import_rows", args=[batch.key]) + "?outcome=rejected").content.decode()
    assert "There is no name" in rows
    assert "Letter sorter" not in rows
    by_column = analyst_client.get(
        reverse("inventory:import_rows", args=[batch.key]) + "?column=Use+Case+Name"
    ).content.decode()
    assert "There is no name" in by_column
    row = analyst_client.get(reverse("inventory:import_row", args=[batch.key, 3])).content.decode()
    assert "Deployed – in use" in row
    listed = analyst_client.get(reverse("inventory:import_problems", args=[batch.key]))
    lines = list(csv.reader(io.StringIO(b"".join(listed.streaming_content).decode("utf-8-sig"))))
    assert ["4", "", "Use Case Name", "error", "There is no name. Every system needs one."] in lines


def test_the_sheet_header_and_columns_can_be_changed(analyst_client):
    upload(analyst_client, "Report of 2026;;\nA;B;C\nAlpha;1;x\nBeta;2;y\n")
    batch = Import.objects.get()
    layout = {"header_row": "2", "encoding": batch.encoding, "delimiter": ";"}
    analyst_client.post(reverse("inventory:import_layout", args=[batch.key]), layout)
    batch.refresh_from_db()
    assert (batch.header_row, batch.header) == (2, ["A", "B", "C"])
    chosen = columns_of(batch, column_0="name", column_1="external_id", column_2="summary")
    analyst_client.post(reverse("inventory:import_columns", args=[batch.key]), chosen)
    batch.refresh_from_db()
    assert list(batch.lines.values_list("name", "planned")) == [("Alpha", "created"), ("Beta", "created")]
    wrong = analyst_client.post(reverse("inventory:import_layout", args=[batch.key]), {**layout, "header_row": "77"})
    assert wrong.status_code == 422


def test_two_columns_cannot_mean_the_same(analyst_client):
    upload(analyst_client)
    batch = Import.objects.get()
    response = analyst_client.post(
        reverse("inventory:import_columns", args=[batch.key]), columns_of(batch, column_7="name")
    )
    assert response.status_code == 422
    assert "Two columns" in response.content.decode()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"%PDF-1.7 nothing", "PDF"),
        (b"\xd0\xcf\x11\xe0 old", "old Excel"),
        (b"PK\x03\x04 broken", "damaged"),
        (b"<html><body>sign in</body></html>", "web page"),
        (b'a,b\n1,"never, closed\n2,3\n', "quotation mark opens in row 2"),
        (bytes(range(256)) * 40, "no text"),
    ],
)
def test_a_file_that_is_no_table_is_refused_with_what_to_do(analyst_client, content, words):
    response = upload(analyst_client, content)
    assert response.status_code == 422
    assert words in response.content.decode()
    assert not Import.objects.exists()


def test_a_secret_is_refused_by_row_and_column_and_not_kept(analyst_client):
    secret = "AKIA" + "IOSFODNN7EXAMPLE"
    text = f"Name,Notes\nGood one,fine\nBad one,key {secret}\n"
    batch = walk_to_check(analyst_client, text=text)
    line = batch.lines.get(row_number=3)
    assert (line.planned, line.columns) == ("rejected", ["Notes"])
    assert secret not in str(line.cells) + str(line.reasons)
    analyst_client.post(reverse("inventory:import_run", args=[batch.key]), {"only_good": "yes"})
    run_import(batch=str(batch.pk))
    batch = Import.objects.get()
    assert batch.state == ImportState.DONE
    assert bytes(batch.file.content) == b""
    assert len(batch.file.sha256) == 64


def test_the_browser_asks_about_likely_matches(analyst_client, system):
    batch = walk_to_check(analyst_client, text="Name,Purpose\nClaims triage system,Sorts claims\nOther thing,Else\n")
    line = batch.lines.get(row_number=2)
    assert line.match == system
    refused = analyst_client.post(reverse("inventory:import_run", args=[batch.key]), {})
    assert refused.status_code == 422
    asked = analyst_client.get(reverse("inventory:import_matches", args=[batch.key])).content.decode()
    assert system.key in asked
    analyst_client.post(reverse("inventory:import_matches", args=[batch.key]), {"row_2": "same"})
    analyst_client.post(reverse("inventory:import_run", args=[batch.key]), {})
    run_import(batch=str(batch.pk))
    line.refresh_from_db()
    assert (line.outcome, line.system) == ("duplicate", system)
    assert AISystem.objects.count() == 2
    assert system.reported_facts.filter(name="problem").exists()


def test_what_people_edited_is_not_undone_by_the_next_import(analyst_client, analyst, owner, as_person, client):
    first = f"Id,Name,Purpose,Owner e-mail\nX-1,Router,Old words,{owner.email}\n"
    batch = walk_to_check(analyst_client, text=first, source="Group")
    analyst_client.post(reverse("inventory:import_run", args=[batch.key]), {})
    run_import(batch=str(batch.pk))
    router = AISystem.objects.get(name="Router")
    assert router.owner == owner
    operations.edit_system(actor=owner.as_actor(), system=router, changes={"problem": "Our words"})
    batch = walk_to_check(analyst_client, text=first.replace("Old words", "New words"), source="Group")
    assert batch.lines.get().planned == "updated"
    analyst_client.post(reverse("inventory:import_run", args=[batch.key]), {})
    run_import(batch=str(batch.pk))
    router.refresh_from_db()
    assert router.problem == "Our words"
    assert router.reported_facts.get(name="problem").original == "New words"


def test_others_neither_import_nor_see_an_import(analyst_client, client, employee, outsider, as_person):
    batch = walk_to_check(analyst_client)
    as_person(client, employee)
    assert client.get(reverse("inventory:imports")).status_code == 403
    as_person(client, outsider)
    assert client.get(reverse("inventory:import", args=[batch.key])).status_code == 404
    assert client.post(reverse("inventory:import_run", args=[batch.key]), {}).status_code == 404


def test_an_outsider_cannot_import_into_another_part_of_the_organisation(client, outsider, claims, as_person):
    as_person(client, outsider)
    upload(client)
    batch = Import.objects.get()
    assert batch.department.name == "Underwriting"
    response = client.post(
        reverse("inventory:import_columns", args=[batch.key]), columns_of(batch, department=str(claims.pk))
    )
    assert response.status_code == 422


def test_a_person_says_which_department_a_unit_stands_for(analyst_client, claims):
    batch = walk_to_check(analyst_client)
    address = reverse("inventory:import_places", args=[batch.key])
    assert "Mail room" in analyst_client.get(address).content.decode()
    refused = analyst_client.post(address, {"unit_1": "No such department"})
    assert refused.status_code == 422
    analyst_client.post(address, {"unit_1": claims.path})
    batch.refresh_from_db()
    assert batch.department_plan == {"Mail room": claims.path}
    analyst_client.post(reverse("inventory:import_run", args=[batch.key]), {"only_good": "yes"})
    run_import(batch=str(batch.pk))
    assert AISystem.objects.get(name="Letter sorter").department == claims


def test_a_batch_leaves_a_possible_duplicate_for_a_person_to_decide(analyst_client, system, tmp_path):
    file = tmp_path / "Group.csv"
    file.write_text("Name,Id,Purpose\nThe claims triage system,G-1,Sorts\n")
    call_command("import_inventory", str(file), stdout=io.StringIO())
    batch = Import.objects.get()
    created = AISystem.objects.get(name="The claims triage system")
    page = analyst_client.get(reverse("inventory:import", args=[batch.key])).content.decode()
    assert "Possible duplicates" in page
    settle = reverse("inventory:import_settle", args=[batch.key])
    analyst_client.post(settle, {"row": "2", "decision": "same"})
    created.refresh_from_db()
    assert created.merged_into == system
    assert analyst_client.post(settle, {"row": "2", "decision": "same"}).status_code == 403
    again = io.StringIO()
    call_command("import_inventory", str(file), stdout=again)
    assert "1 unchanged" in again.getvalue() or "1 updated" in again.getvalue()
    assert AISystem.objects.count() == 2
