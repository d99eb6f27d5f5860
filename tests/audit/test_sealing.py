"""Sealing: order, completeness, one sealer, and what it refuses to sign."""

from __future__ import annotations

import threading

import psycopg
import pytest
from django.db import connection, transaction

from apps.audit import keys, proofs, recorder
from apps.audit.models import Checkpoint, Entry, Leaf, SealedUpTo, SubtreeRoot
from apps.audit.operations.sealing import LedgerContradicted, deliver, seal_once
from apps.audit.rules_pure import leaf, merkle
from apps.audit.rules_pure.checkpoint import SigningKey, open_note
from apps.kernel.actors import Actor

pytestmark = pytest.mark.django_db(transaction=True)


def test_it_seals_every_committed_entry_once_and_signs_the_size(write_entries, outside):
    numbers = write_entries(5)
    done = seal_once()
    assert (done.sealed, done.size, done.more, done.undelivered) == (5, 5, False, ())
    assert list(Leaf.objects.order_by("position").values_list("entry_id", flat=True)) == numbers
    signed = open_note(Checkpoint.objects.get().note, keys.trusted_keys())
    assert (signed.size, signed.root) == (5, merkle.root_of([bytes(x.leaf_hash) for x in Leaf.objects.order_by("pk")]))
    assert list(outside.notes()) == [Checkpoint.objects.get().note]
    assert seal_once().sealed == 0
    assert Checkpoint.objects.count() == 1


def test_it_seals_in_batches_and_says_when_there_is_more(write_entries):
    write_entries(7)
    assert [(done.sealed, done.more) for done in (seal_once(batch=3) for _ in range(3))] == [
        (3, True),
        (3, True),
        (1, False),
    ]
    assert list(Checkpoint.objects.order_by("size").values_list("size", flat=True)) == [3, 6, 7]


def test_the_database_hashes_as_the_frozen_format_says(write_entries):
    with transaction.atomic():
        recorder.set_context(Actor.operator('Zoë \\ "quoted"'), "audit.entries.exported")
        recorder.append(
            kind="access",
            event="audit.entries.exported",
            details={"ü": "tab\t\x01\x7f\u2028", "a": "\\n"},
            request_key="k\v",
        )
    seal_once()
    for entry in Entry.objects.all():
        values = {name: str(getattr(entry, name)) for name in leaf.FIELDS}
        values["request_key"] = entry.request_key
        for name in leaf.MOMENTS:
            values[name] = leaf.moment_text(getattr(entry, name))
        for name in ("changes", "details"):
            values[name] = leaf.jsonb_text(getattr(entry, name))
        line = leaf.canonical_text(values).encode()
        assert leaf.leaf_hash(line) == bytes(Leaf.objects.get(entry_id=entry.pk).leaf_hash)


def test_it_waits_for_a_slow_transaction_and_never_skips_it(write_entries):
    begun, finish = threading.Event(), threading.Event()

    def slow():
        with transaction.atomic():
            recorder.set_context(Actor.operator("slow"), "audit.entries.exported")
            recorder.append(kind="access", event="audit.entries.exported", details={"slow": "yes"})
            begun.set()
            finish.wait(20)
        connection.close()

    worker = threading.Thread(target=slow)
    worker.start()
    begun.wait(20)
    later = write_entries(2)
    assert seal_once().sealed == 0
    finish.set()
    worker.join()
    assert seal_once().sealed == 3
    slow_entry = Entry.objects.get(details__slow="yes")
    assert list(Leaf.objects.order_by("pk").values_list("entry_id", flat=True)) == [slow_entry.pk, *later]


def test_two_sealers_do_no_harm(write_entries):
    write_entries(3)
    settings = connection.settings_dict
    with psycopg.connect(
        host=settings["HOST"], dbname=settings["NAME"], user=settings["USER"], password=settings["PASSWORD"] or None
    ) as other:
        other.execute("SELECT pg_advisory_xact_lock(hashtextextended('gatehouse.ledger.sealing', 0))")
        assert seal_once().busy
    assert seal_once().sealed == 3


def test_it_keeps_subtrees_and_proves_each_entry(write_entries):
    with transaction.atomic():
        numbers = write_entries(600)
    seal_once(batch=300)
    seal_once()
    assert list(SubtreeRoot.objects.order_by("index").values_list("level", "index")) == [(8, 0), (8, 1)]
    for number in (numbers[0], numbers[255], numbers[256], numbers[599]):
        assert proofs.inclusion(number).holds
    old, new = Checkpoint.objects.order_by("size")
    path = proofs.consistency(old.size, new.size)
    assert merkle.verify_consistency(old.size, new.size, path, bytes(old.root), bytes(new.root))


def test_a_failing_sink_loses_nothing(write_entries, settings, ledger_folder, outside):
    blocked = ledger_folder / "file"
    blocked.write_text("")
    settings.LEDGER_SINKS = [f"file:{blocked}/inside"]
    write_entries(1)
    assert seal_once().undelivered == (f"file:{blocked}/inside",)
    settings.LEDGER_SINKS = [f"file:{outside.folder}"]
    assert deliver() == []
    assert outside.latest() == Checkpoint.objects.get().note


def test_half_a_note_after_a_crash_is_left_alone(write_entries, outside):
    write_entries(1)
    seal_once()
    with next(outside.folder.iterdir()).open("a") as file:
        file.write("gatehouse.local/x\n2")
    write_entries(1)
    seal_once()
    assert list(outside.notes()) == list(Checkpoint.objects.order_by("size").values_list("note", flat=True))


def test_the_application_can_seal_but_not_choose_or_forge(write_entries):
    write_entries(1)
    for statement in (
        "INSERT INTO audit_leaf VALUES (0, 1, '')",
        "INSERT INTO audit_checkpoint (size) VALUES (1)",
        "UPDATE audit_sealedupto SET xid = 0",
        "DELETE FROM audit_checkpoint",
    ):
        with pytest.raises(Exception, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    with (
        pytest.raises(Exception, match="everything sealed so far"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT audit_seal_checkpoint(9, %s, '', 'x', now(), '{}', '{}', '{}')", [bytes(32)])


def test_it_takes_up_leaves_that_got_a_place_without_a_checkpoint(write_entries):
    write_entries(4)
    with connection.cursor() as cursor:
        cursor.execute("SELECT audit_seal_leaves(2)")
    assert seal_once().size == 4
    assert proofs.inclusion(Entry.objects.first().pk).holds


def test_it_signs_nothing_on_top_of_a_false_checkpoint(write_entries):
    write_entries(1)
    seal_once()
    write_entries(1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT audit_seal_leaves(10)")
        cursor.execute("SELECT audit_seal_checkpoint(2, %s, '', 'x', now(), '{}', '{}', '{}')", [bytes(32)])
    with pytest.raises(LedgerContradicted):
        seal_once()


def test_it_signs_nothing_that_the_outside_contradicts(write_entries, outside):
    write_entries(1)
    seal_once()
    other = SigningKey.parse(keys.signing_key().text())
    outside.put(other.sign(open_note(outside.latest(), [other.verifier])).replace("\n1\n", "\n9\n"))
    write_entries(1)
    with pytest.raises(LedgerContradicted):
        seal_once()


def test_entries_from_another_cluster_are_sealed_at_once(write_entries, as_superuser):
    write_entries(2)
    seal_once()
    write_entries(2)
    as_superuser("UPDATE audit_entry SET cluster = '1'", "UPDATE audit_sealedupto SET cluster = '1'")
    write_entries(1)
    assert seal_once().sealed == 3
    assert SealedUpTo.objects.count() == 2
