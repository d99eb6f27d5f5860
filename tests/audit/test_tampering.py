"""The tamper drill: a superuser, every trigger off. Each change is found by `verify` and by the offline verifier."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile

import pytest
from django.core.management import call_command
from django.db import connection

from apps.audit import keys
from apps.audit.bundle import VERIFIER, stream_bundle, write_bundle
from apps.audit.models import Checkpoint, Entry, Leaf
from apps.audit.operations.sealing import seal_once
from apps.audit.rules_pure import merkle
from apps.audit.rules_pure.checkpoint import Checkpoint as Statement
from apps.audit.rules_pure.checkpoint import SigningKey, open_note
from apps.audit.verification import verify_ledger

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def auditor_folder(tmp_path, sealed_ledger):
    """What an auditor kept before anything happened: the public key and the checkpoints."""
    folder = tmp_path / "auditor"
    (folder / "checkpoints").mkdir(parents=True)
    (folder / "trusted.key").write_text(keys.trusted_keys_text())
    for number, note in enumerate(Checkpoint.objects.order_by("size").values_list("note", flat=True)):
        (folder / "checkpoints" / f"{number}.txt").write_text(note)
    return folder


def verify_offline(folder, *, trusted: bool = True):
    """Export as things stand and check the bundle with the one file, in a Python that sees nothing of Gatehouse."""
    with (folder / "bundle.zip").open("wb") as file:
        write_bundle(file, with_personal_texts=True)
    command = [sys.executable, "-I", "-S", str(VERIFIER), str(folder / "bundle.zip"), "--json"]
    if trusted:
        command += ["--key", str(folder / "trusted.key"), "--checkpoint", str(folder / "checkpoints")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, cwd="/")
    assert done.returncode in (0, 1), done.stderr
    return done.returncode, json.loads(done.stdout)


def assert_found(auditor_folder, place: str, offline_place: str | None = None):
    report = verify_ledger()
    assert not report.clean
    assert report.first_wrong.place == place, report.problems
    code, told = verify_offline(auditor_folder)
    assert code == 1
    assert told["first_wrong"] == (offline_place or place.replace("place", "position"))


def test_an_untouched_ledger_verifies(auditor_folder):
    report = verify_ledger()
    assert report.clean, report.problems
    assert (report.entries, report.checkpoints, report.outside_checkpoints, report.unsealed) == (30, 3, 3, 0)
    assert report.personal_texts == 30
    assert report.guards > 20
    code, told = verify_offline(auditor_folder)
    assert (code, told["entries"], told["covered_from_outside"], told["personal_texts"]) == (0, 30, 30, 30)
    assert told["root"] == report.root


def test_what_is_not_sealed_yet_is_counted_and_no_mistake(auditor_folder, write_entries):
    write_entries(2)
    report = verify_ledger()
    assert report.clean
    assert report.unsealed == 2
    assert report.oldest_unsealed
    code, told = verify_offline(auditor_folder)
    assert (code, told["unsealed"]) == (0, 2)


@pytest.mark.parametrize(
    "column",
    [
        "actor_id = 'x'",
        "details = '{}'",
        "occurred_at = occurred_at - interval '1 microsecond'",
        "request_key = ''",
        "xid = 1",
    ],
)
def test_an_edit_is_found(auditor_folder, sealed_ledger, as_superuser, column):
    as_superuser(f"UPDATE audit_entry SET {column} WHERE id = {sealed_ledger[13]}")
    assert_found(auditor_folder, "place 13")


def test_an_edit_with_its_leaf_is_found(auditor_folder, sealed_ledger, as_superuser):
    number = sealed_ledger[13]
    as_superuser(
        f"UPDATE audit_entry SET actor_id = 'x' WHERE id = {number}",
        "UPDATE audit_leaf SET leaf_hash = sha256('\\x00'::bytea || convert_to(E'gatehouse-entry-v1\\n' || "
        f"audit_leaf_line(e), 'UTF8')) FROM audit_entry e WHERE e.id = {number} AND entry_id = {number}",
    )
    assert_found(auditor_folder, "place 10", "position 19")


def test_a_deletion_is_found(auditor_folder, sealed_ledger, as_superuser):
    as_superuser(f"DELETE FROM audit_entry WHERE id = {sealed_ledger[5]}")
    assert_found(auditor_folder, "place 5")


def test_a_deletion_with_its_leaf_is_found(auditor_folder, sealed_ledger, as_superuser):
    as_superuser(f"DELETE FROM audit_entry WHERE id = {sealed_ledger[5]}", "DELETE FROM audit_leaf WHERE position = 5")
    assert_found(auditor_folder, "place 5")


def test_closing_the_gap_after_a_deletion_is_found(auditor_folder, sealed_ledger, as_superuser):
    as_superuser(
        f"DELETE FROM audit_entry WHERE id = {sealed_ledger[5]}",
        "DELETE FROM audit_leaf WHERE position = 5",
        *(f"UPDATE audit_leaf SET position = {place - 1} WHERE position = {place}" for place in range(6, 30)),
    )
    assert_found(auditor_folder, "place 0", "position 9")


def test_a_new_order_is_found(auditor_folder, as_superuser):
    as_superuser(
        "UPDATE audit_leaf SET position = -1 WHERE position = 12",
        "UPDATE audit_leaf SET position = 12 WHERE position = 17",
        "UPDATE audit_leaf SET position = 17 WHERE position = -1",
    )
    assert_found(auditor_folder, "place 13")


def test_an_entry_put_into_the_past_is_found(auditor_folder, sealed_ledger, as_superuser):
    as_superuser(
        "INSERT INTO audit_entry (id, kind, event, subject_type, subject_id, actor_kind, actor_id, changes, details, "
        "reason_commitment, correlation_id, origin, request_key, database_user, occurred_at, recorded_at, cluster, xid) "
        "OVERRIDING SYSTEM VALUE SELECT 900000, kind, event, subject_type, subject_id, actor_kind, 'forged', changes, details, "
        "'', correlation_id, origin, NULL, database_user, occurred_at, recorded_at, cluster, xid - 1 "
        f"FROM audit_entry WHERE id = {sealed_ledger[8]}"
    )
    assert_found(auditor_folder, "entry 900000", "entry 900000")


def test_a_truncated_end_is_found_though_the_inside_was_tidied_up(auditor_folder, sealed_ledger, as_superuser):
    as_superuser(
        f"DELETE FROM audit_entry WHERE id > {sealed_ledger[19]}",
        f"DELETE FROM audit_personaltext WHERE entry_id > {sealed_ledger[19]}",
        "DELETE FROM audit_leaf WHERE position >= 20",
        "DELETE FROM audit_checkpoint WHERE size > 20",
        f"UPDATE audit_sealedupto SET entry_id = {sealed_ledger[19]}, xid = (SELECT xid FROM audit_entry WHERE id = {sealed_ledger[19]})",
    )
    assert_found(auditor_folder, "place 20")
    assert verify_offline(auditor_folder, trusted=False)[0] == 0, "without an outside checkpoint nobody could know"


def test_an_emptied_ledger_is_found(auditor_folder, as_superuser):
    as_superuser(*(f"TRUNCATE audit_{name}" for name in ("entry", "leaf", "checkpoint", "personaltext", "sealedupto")))
    report = verify_ledger()
    assert report.first_wrong.place == "place 0"
    assert verify_offline(auditor_folder)[0] == 1


def rewrite_everything(as_superuser, key: SigningKey) -> None:
    """Change an early entry and make everything after it fit: leaves, roots, signatures."""
    first = Entry.objects.order_by("id").values_list("id", flat=True).first()
    as_superuser(
        f"UPDATE audit_entry SET actor_id = 'somebody else' WHERE id = {first}",
        "UPDATE audit_leaf SET leaf_hash = sha256('\\x00'::bytea || convert_to(E'gatehouse-entry-v1\\n' || "
        "audit_leaf_line(e), 'UTF8')) FROM audit_entry e WHERE e.id = entry_id",
    )
    hashes = [bytes(leaf.leaf_hash) for leaf in Leaf.objects.order_by("position")]
    for stored in Checkpoint.objects.all():
        frontier = merkle.Frontier()
        frontier.extend(hashes[: stored.size])
        note = key.sign(Statement(key.name, stored.size, frontier.root(), stored.sealed_at))
        as_superuser(
            f"UPDATE audit_checkpoint SET root = '\\x{frontier.root().hex()}', "
            f"frontier = '\\x{frontier.to_bytes().hex()}', note = '{note}' WHERE id = {stored.pk}"
        )


def test_a_rewrite_of_everything_signed_by_another_key_is_found(auditor_folder, as_superuser):
    rewrite_everything(as_superuser, SigningKey.generate(keys.signing_key().name))
    assert_found(auditor_folder, "place 0", "checkpoint 10")


def test_a_rewrite_of_everything_signed_by_the_stolen_key_is_found_from_outside(auditor_folder, as_superuser):
    rewrite_everything(as_superuser, keys.signing_key())
    assert_found(auditor_folder, "place 0", "position 9")
    assert verify_offline(auditor_folder, trusted=False)[0] == 0, "the inside alone fits together"


def test_a_changed_personal_text_is_found(auditor_folder, sealed_ledger, as_superuser):
    as_superuser(f"UPDATE audit_personaltext SET text = 'other' WHERE entry_id = {sealed_ledger[3]}")
    assert_found(auditor_folder, f"entry {sealed_ledger[3]}", f"entry {sealed_ledger[3]}")


def test_an_erased_personal_text_breaks_nothing(auditor_folder, sealed_ledger, as_superuser):
    as_superuser(f"DELETE FROM audit_personaltext WHERE entry_id = {sealed_ledger[3]}")
    assert verify_ledger().clean
    assert verify_offline(auditor_folder)[0] == 0


@pytest.mark.parametrize(
    ("statement", "back", "place"),
    [
        (
            "ALTER TABLE audit_entry DISABLE TRIGGER append_only_row",
            "ALTER TABLE audit_entry ENABLE ALWAYS TRIGGER append_only_row",
            "audit_entry",
        ),
        (
            "ALTER TABLE inventory_aisystem ENABLE TRIGGER audit_capture_row",
            "ALTER TABLE inventory_aisystem ENABLE ALWAYS TRIGGER audit_capture_row",
            "inventory_aisystem",
        ),
        (
            "ALTER TABLE gates_decision DISABLE TRIGGER gates_guard",
            "ALTER TABLE gates_decision ENABLE ALWAYS TRIGGER gates_guard",
            "gates_decision",
        ),
        (
            "GRANT UPDATE ON audit_entry TO gatehouse_app",
            "REVOKE UPDATE ON audit_entry FROM gatehouse_app",
            "audit_entry",
        ),
    ],
)
def test_a_guard_that_was_taken_down_is_found(sealed_ledger, as_superuser, statement, back, place):
    as_superuser.direct(statement)
    try:
        assert verify_ledger().first_wrong.place == place
    finally:
        as_superuser.direct(back)
    assert verify_ledger().clean


def test_a_replaced_function_is_found(sealed_ledger, as_superuser):
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef('audit_capture'::regproc)")
        original = cursor.fetchone()[0]
    as_superuser.direct(
        original.replace(
            "IF TG_OP = 'UPDATE' THEN", "IF TG_OP = 'UPDATE' THEN RETURN NULL; END IF; IF TG_OP = 'UPDATE' THEN", 1
        )
    )
    try:
        assert verify_ledger().first_wrong.place == "function audit_capture"
    finally:
        as_superuser.direct(original)


def test_the_command_names_the_first_wrong_place_and_exits_with_one(sealed_ledger, as_superuser, capsys):
    call_command("ledger", "verify", "--json")
    assert json.loads(capsys.readouterr().out)["verified"] is True
    as_superuser(f"DELETE FROM audit_entry WHERE id = {sealed_ledger[5]}")
    with pytest.raises(SystemExit) as exit_:
        call_command("ledger", "verify")
    assert exit_.value.code == 1
    assert "place 5" in capsys.readouterr().out


def test_the_command_exports_with_the_verifier_beside(sealed_ledger, tmp_path):
    out = tmp_path / "handed over" / "ledger.zip"
    out.parent.mkdir()
    call_command("ledger", "export", "--out", str(out), "--json")
    assert sorted(path.name for path in out.parent.iterdir()) == ["ledger.zip", "verify_ledger.py"]
    done = subprocess.run(
        [sys.executable, "-I", str(out.parent / "verify_ledger.py"), str(out)], capture_output=True, text=True
    )
    assert done.returncode == 0
    assert done.stdout.startswith("VERIFIED: ")
    assert "Give a key that you trust" in done.stdout
    assert Entry.objects.filter(event="audit.entries.exported", kind="operation").count() == 1


def test_the_streamed_bundle_is_the_same(auditor_folder):
    whole, streamed = io.BytesIO(), io.BytesIO(b"".join(stream_bundle()))
    write_bundle(whole)
    with zipfile.ZipFile(whole) as one, zipfile.ZipFile(streamed) as other:
        assert {name: one.read(name) for name in one.namelist()} == {n: other.read(n) for n in other.namelist()}


def test_a_named_gap_is_shown_and_sealing_goes_on(auditor_folder, sealed_ledger, as_superuser, write_entries, capsys):
    as_superuser(
        f"DELETE FROM audit_entry WHERE id > {sealed_ledger[19]}",
        f"DELETE FROM audit_personaltext WHERE entry_id > {sealed_ledger[19]}",
        "DELETE FROM audit_leaf WHERE position >= 20",
        "DELETE FROM audit_checkpoint WHERE size > 20",
        f"UPDATE audit_sealedupto SET entry_id = {sealed_ledger[19]}, xid = (SELECT xid FROM audit_entry WHERE id = {sealed_ledger[19]})",
    )
    assert not verify_ledger().clean
    call_command("ledger", "acknowledge-gap", "--reason", "Restored the backup of Sunday after a disk failure.")
    write_entries(3)
    assert seal_once().size == 24
    report = verify_ledger()
    assert report.clean, report.problems
    assert [(gap["inside_size"], gap["outside_size"]) for gap in report.gaps] == [(20, 30)]
    signed = open_note(Checkpoint.objects.latest().note, keys.trusted_keys())
    assert signed.size == 24
