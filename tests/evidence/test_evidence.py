"""Evidence from the sender to the reader: encrypted in between, seen only through what it proves."""

import base64

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from apps.audit.models import Entry
from apps.evidence import operations, vault
from apps.evidence.models import Evidence, EvidenceVersion
from apps.kernel.errors import Invalid, Refused

from .office import PDF

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_storage(settings, tmp_path):
    settings.EVIDENCE_KEYS_FILE = tmp_path / "keys"
    settings.STORAGES = {
        **settings.STORAGES,
        "evidence": {**settings.STORAGES["evidence"], "OPTIONS": {"location": tmp_path / "files"}},
    }
    return tmp_path


@pytest.fixture
def evidence(system, owner):
    return operations.add_evidence(actor=owner.as_actor(), about=system, filename="proof.pdf", content=PDF)


def test_it_rests_encrypted_outside_the_web_root(evidence, own_storage, settings):
    stored = [path for path in (own_storage / "files").rglob("*") if path.is_file()]
    assert len(stored) == 1
    assert b"PDF" not in stored[0].read_bytes()
    assert settings.BASE_DIR / "static" not in stored[0].parents


def test_it_comes_back_as_it_came_and_the_reading_is_recorded(evidence, owner):
    assert operations.read_version(actor=owner.as_actor(), version=evidence.current) == PDF
    entry = Entry.objects.filter(event="evidence.file.downloaded").get()
    assert (entry.subject_id, entry.actor_id) == (str(evidence.pk), str(owner.pk))


def test_a_changed_or_swapped_file_is_not_given_out(evidence, owner, system, own_storage):
    other = operations.add_evidence(actor=owner.as_actor(), about=system, filename="other.pdf", content=PDF + b"%x")
    first, second = (own_storage / "files" / e.current.storage_name for e in (evidence, other))
    first.write_bytes(second.read_bytes())
    with pytest.raises(vault.Damaged):
        operations.read_version(actor=owner.as_actor(), version=evidence.current)


def test_an_old_key_still_opens_after_the_ring_turned(evidence, owner, own_storage):
    ring = own_storage / "keys"
    ring.write_text(f"newer {base64.b64encode(bytes(32)).decode()}\n" + ring.read_text())
    newer = operations.renew_evidence(actor=owner.as_actor(), evidence=evidence, filename="b.pdf", content=PDF)
    assert newer.current.key_name == "newer"
    assert [operations.read_version(actor=owner.as_actor(), version=v) for v in newer.versions.all()] == [PDF, PDF]


def test_a_version_is_never_changed_or_deleted(evidence):
    for statement in ("UPDATE evidence_evidenceversion SET sha256 = 'x'", "DELETE FROM evidence_evidenceversion"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_only_those_see_it_who_see_what_it_proves(evidence, owner, analyst, outsider, client, as_person):
    assert Evidence.objects.visible_to(analyst).exists()
    assert not Evidence.objects.visible_to(outsider).exists()
    for name, args in (("file", [evidence.key]), ("download", [evidence.key, 1])):
        assert as_person(client, outsider).get(reverse(f"evidence:{name}", args=args)).status_code == 404


def test_it_refuses_evidence_about_what_one_may_not_see(system, outsider):
    with pytest.raises(Refused):
        operations.add_evidence(actor=outsider.as_actor(), about=system, filename="a.pdf", content=PDF)


def test_it_refuses_more_files_than_fit(system, owner, monkeypatch):
    monkeypatch.setattr(operations, "MOST_PER_PLACE", 1)
    add = {"actor": owner.as_actor(), "about": system, "filename": "a.pdf", "content": PDF, "anchor": "x"}
    operations.add_evidence(**add)
    with pytest.raises(Invalid, match="up to 1 files"):
        operations.add_evidence(**add)


def test_only_who_added_it_puts_a_newer_version(evidence, analyst):
    with pytest.raises(Refused, match="Olga Owner"):
        operations.renew_evidence(actor=analyst.as_actor(), evidence=evidence, filename="b.pdf", content=PDF)


def test_a_download_is_an_attachment_in_a_sandbox(evidence, analyst, client, as_person):
    response = as_person(client, analyst).get(reverse("evidence:download", args=[evidence.key, 1]))
    assert response.content == PDF
    assert response["Content-Disposition"] == 'attachment; filename="proof.pdf"'
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in response["Cache-Control"]


def test_its_owner_renews_it_in_the_browser_and_mistakes_are_said(evidence, owner, client, as_person):
    url = reverse("evidence:file", args=[evidence.key])
    page = as_person(client, owner).post(url, {"file": SimpleUploadedFile("a.exe", b"MZ")})
    assert (page.status_code, b"must be a PDF" in page.content) == (422, True)
    assert client.post(url, {"file": SimpleUploadedFile("b.pdf", PDF + b"%2")}).status_code == 302
    assert EvidenceVersion.objects.filter(evidence=evidence).count() == 2


def test_the_library_lists_what_one_may_see(evidence, analyst, outsider, client, as_person):
    url = reverse("evidence:files")
    assert evidence.key in as_person(client, analyst).get(url).content.decode()
    assert evidence.key not in as_person(client, outsider).get(url).content.decode()
