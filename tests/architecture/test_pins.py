"""The closure of versions: two lists, equal, naming no host."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
LOCK = (ROOT / "requirements.lock").read_text()


def locked() -> set[str]:
    return {line.removesuffix(" \\") for line in LOCK.splitlines() if line and not line.startswith((" ", "#"))}


def test_both_lists_pin_the_same_versions():
    assert set(PROJECT["tool"]["uv"]["constraint-dependencies"]) == locked()


def test_everything_asked_for_is_pinned_with_a_hash():
    asked = PROJECT["project"]["dependencies"] + PROJECT["dependency-groups"]["dev"]
    names = {re.match(r"[A-Za-z0-9_.-]+", text)[0].lower() for text in asked}
    assert names <= {pin.partition("==")[0] for pin in locked()}
    assert all(re.search(rf"^{re.escape(pin)} \\\n    --hash=sha256:", LOCK, re.M) for pin in locked())


def test_no_list_names_a_host():
    assert "://" not in LOCK
    assert "://" not in str(PROJECT["tool"]["uv"])


def test_every_dependency_has_its_reason():
    reasons = (ROOT / "docs" / "dependencies.md").read_text()
    asked = PROJECT["project"]["dependencies"] + PROJECT["dependency-groups"]["dev"]
    assert not [name for text in asked if (name := re.match(r"[A-Za-z0-9_.-]+", text)[0]) not in reasons]
