"""Every setting is read, known and documented."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Read in production only, or by the web server only.
ELSEWHERE = {"GATEHOUSE_HSTS_SECONDS", "GATEHOUSE_BEHIND_TLS_PROXY", "GATEHOUSE_POOL"}


def names_in_the_code() -> set[str]:
    texts = [path.read_text() for folder in ("apps", "portal") for path in (ROOT / folder).rglob("*.py")]
    return {name for text in texts for name in re.findall(r"[\"'](GATEHOUSE_[A-Z_]+)[\"']", text)}


def test_every_name_in_the_code_is_a_known_setting():
    import portal.settings

    assert not names_in_the_code() - portal.settings.read.known - ELSEWHERE, "read it in portal/settings.py"


def test_every_setting_is_documented():
    documented = (ROOT / "docs" / "operations.md").read_text()
    assert not {name for name in names_in_the_code() if name not in documented}, "add it to docs/operations.md"
