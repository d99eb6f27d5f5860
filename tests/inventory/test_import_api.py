"""Imports over the API: the same file, the same operations, the same refusals."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from apps.accounts import operations as accounts
from apps.inventory.models import AISystem, Import
from apps.inventory.tasks import run_import

pytestmark = pytest.mark.django_db

TABLE = b"Name,Id,Stage\nAlpha,1,Deployed\nBeta,2,Pilot\n,3,Pilot\n"


@pytest.fixture
def token(analyst):
    issued = accounts.issue_token(actor=analyst.as_actor(), name="Pipeline", scopes=["inventory.import.run"])
    return {"Authorization": f"Bearer {issued.text}"}


def send(client, token, content=TABLE, **more):
    return client.post("/api/v1/imports", {"file": SimpleUploadedFile("list.csv", content), **more}, headers=token)


def test_a_program_sends_checks_runs_and_accounts_for_every_row(client, token):
    sent = send(client, token, source="Pipeline")
    assert sent.status_code == 201, sent.content
    told = sent.json()
    assert (told["state"], told["rows"], told["counts"]["created"], told["counts"]["rejected"]) == ("checked", 3, 2, 1)
    address = f"/api/v1/imports/{told['key']}"
    refused = client.post(f"{address}/run", {}, content_type="application/json", headers=token)
    assert refused.status_code == 422
    ran = client.post(f"{address}/run", {"only_good": True}, content_type="application/json", headers=token)
    assert ran.status_code == 202
    run_import(batch=str(Import.objects.get().pk))
    told = client.get(address, headers=token).json()
    assert (told["state"], sum(told["counts"].values())) == ("done", told["rows"])
    rejected = client.get(f"{address}/rows?outcome=rejected", headers=token).json()["items"]
    assert [(row["row_number"], row["reasons"]) for row in rejected] == [
        (4, ["Name: There is no name. Every system needs one."])
    ]
    assert AISystem.objects.count() == 2


def test_a_file_that_is_no_table_is_a_problem_document(client, token):
    answer = send(client, token, b"%PDF-1.7")
    assert answer.status_code == 422
    assert "PDF" in answer.json()["errors"]["file"][0]
    columns = send(client, token).json()
    wrong = client.put(
        f"/api/v1/imports/{columns['key']}/columns",
        {"columns": {"Nope": "name"}},
        content_type="application/json",
        headers=token,
    )
    assert wrong.status_code == 422
