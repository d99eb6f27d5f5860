"""Checkpoints are signed notes that tools of others can read."""

from base64 import b64decode
from datetime import UTC, datetime

import pytest

from apps.audit.rules_pure import checkpoint

SEALED = checkpoint.Checkpoint("gatehouse.example/log", 7, bytes(range(32)), datetime(2026, 5, 3, 10, tzinfo=UTC))


@pytest.fixture
def key():
    return checkpoint.SigningKey.generate("gatehouse.example/log")


def test_it_is_opened_by_its_key_only(key):
    note = key.sign(SEALED)
    stranger = checkpoint.SigningKey.generate("gatehouse.example/log")
    assert checkpoint.open_note(note, [stranger.verifier, key.verifier]) == SEALED
    assert checkpoint.open_note(note, [stranger.verifier]) is None
    assert checkpoint.open_note(note.replace("\n7\n", "\n8\n"), [key.verifier]) is None


def test_it_reads_the_specification_s_own_example_key():
    text = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    found = checkpoint.VerifierKey.parse(text)
    assert (found.name, found.id.hex(), found.text()) == ("PeterNeumann", "c74f20a3", text)
    note = (
        "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n"
        "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
    )
    words, _, signature = note.partition("\n\n")
    raw = b64decode(signature.split(" ")[2])
    assert raw[:4] == found.id
    assert found.accepts(words + "\n", raw[4:])


def test_it_writes_and_reads_its_keys(key):
    assert checkpoint.SigningKey.parse(key.text() + "\n").text() == key.text()
    assert checkpoint.VerifierKey.parse(key.verifier.text()).text() == key.verifier.text()
    with pytest.raises(checkpoint.Malformed):
        checkpoint.VerifierKey.parse(key.verifier.text().replace("gatehouse", "elsewhere"))
    with pytest.raises(checkpoint.Malformed):
        checkpoint.SigningKey.parse("nonsense")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda note: note.replace("time ", "when "),
        lambda note: note.replace("\n7\n", "\n07\n"),
        lambda note: note.replace("\n7\n", "\n-7\n"),
        lambda note: note.replace("\n7\n", "\n7\nextra\n"),
        lambda note: note.replace("— ", "- "),
        lambda note: note[:-1],
        lambda note: "",
    ],
)
def test_it_refuses_what_is_not_in_its_one_form(key, spoil):
    with pytest.raises(checkpoint.Malformed):
        checkpoint.parse(spoil(key.sign(SEALED)))


def test_it_refuses_names_that_break_the_format():
    with pytest.raises(checkpoint.Malformed):
        checkpoint.SigningKey.generate("two words")
