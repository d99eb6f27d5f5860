"""Restoring an older backup does not take the newer checkpoints away: they are what shows the gap."""

from portal.embedded.backup import _keep_newer_checkpoints


def test_it_keeps_the_checkpoints_made_since_the_backup(tmp_path):
    before, restored = tmp_path / "before", tmp_path / "restored"
    before.mkdir()
    restored.mkdir()
    (before / "2026-05-03.000.checkpoints").write_text("one\n\ntwo\n\n")
    (before / "2026-05-04.000.checkpoints").write_text("three\n\n")
    (restored / "2026-05-03.000.checkpoints").write_text("one\n\n")
    assert _keep_newer_checkpoints(before, restored)
    assert (restored / "2026-05-03.000.checkpoints").read_text() == "one\n\ntwo\n\n"
    assert (restored / "2026-05-04.000.checkpoints").read_text() == "three\n\n"
    assert not _keep_newer_checkpoints(before, restored)


def test_an_installation_without_checkpoints_is_no_gap(tmp_path):
    assert not _keep_newer_checkpoints(tmp_path / "missing", tmp_path / "restored")
