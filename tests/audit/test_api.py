"""The ledger for programs: entries, checkpoints, and proofs that are checked here without our own code's help."""

from __future__ import annotations

from base64 import b64decode
from hashlib import sha256

import pytest
from django.test import Client

from apps.accounts import operations
from apps.accounts.models import Role
from apps.audit.models import Entry
from apps.audit.operations.sealing import seal_once
from apps.audit.rules_pure import merkle
from apps.kernel.actors import Actor
from apps.kernel.permissions import Permission

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ask(empty_ledger, auditor):
    operations.assign_role(
        actor=Actor.system("installation"), role=Role.objects.get(key="auditor"), person=auditor, reason="Everywhere"
    )
    scopes = [Permission.AUDIT_ENTRY_VIEW, Permission.AUDIT_INTEGRITY_VIEW]
    token = operations.issue_token(actor=auditor.as_actor(), name="Audit", scopes=scopes)
    headers = {"Authorization": f"Bearer {token.text}"}
    return lambda path: Client().get(f"/api/v1/ledger/{path}", headers=headers)


def test_it_lists_and_pages_entries(ask, system):
    found = ask(f"entries?subject_type=inventory.system&subject_id={system.pk}").json()
    assert [item["event"] for item in found["items"]] == ["inventory.system.registered"] * 2
    first = ask("entries?limit=3").json()
    second = ask(f"entries?limit=3&cursor={first['next']}").json()
    assert first["items"][-1]["id"] < second["items"][0]["id"]
    number = found["items"][0]["id"]
    assert ask(f"entries/{number}").json()["changes"]["name"][1] == "Claims triage"


def test_a_proof_leads_from_the_line_to_the_signed_root(ask, system):
    number = Entry.objects.filter(subject_id=str(system.pk)).first().pk
    assert ask(f"entries/{number}/proof").status_code == 404
    seal_once()
    proof = ask(f"entries/{number}/proof").json()
    leaf = sha256(b"\x00gatehouse-entry-v1\n" + proof["line"].encode())
    assert leaf.hexdigest() == proof["leaf_hash"]
    lines = proof["checkpoint"]["note"].split("\n")
    root, size = b64decode(lines[2]), int(lines[1])
    path = [bytes.fromhex(node) for node in proof["path"]]
    assert merkle.verify_inclusion(leaf.digest(), proof["position"], size, path, root)
    assert ask("checkpoint").json() == proof["checkpoint"]


def test_it_proves_that_an_older_checkpoint_is_the_beginning(ask, write_entries):
    seal_once()
    old = ask("checkpoint").json()
    write_entries(3)
    seal_once()
    told = ask(f"consistency?old_size={old['size']}").json()
    new = told["checkpoint"]
    path = [bytes.fromhex(node) for node in told["path"]]
    assert merkle.verify_consistency(
        old["size"], new["size"], path, bytes.fromhex(old["root"]), bytes.fromhex(new["root"])
    )
    assert ask(f"consistency?old_size={new['size'] + 1}").status_code == 422
    assert ask("consistency?old_size=0").status_code == 422
