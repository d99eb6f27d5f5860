"""Where the ledger's keys are: the signing key in a file outside the database, the trusted public keys beside it.

Only the process that seals needs the signing key. Whoever verifies needs the public keys; keys of the past stay listed.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from apps.kernel.errors import GatehouseError

from .rules_pure.checkpoint import Malformed, SigningKey, VerifierKey


class KeyMissing(GatehouseError):
    """There is no key, or it cannot be read; nothing is sealed until there is."""

    status = 503


def signing_key() -> SigningKey:
    """Return the key that signs checkpoints; in an embedded installation it is made at the first need."""
    path = Path(settings.LEDGER_KEY_FILE)
    if not path.exists() and settings.LEDGER_KEY_IS_MADE:
        _make_key(path)
    try:
        key = SigningKey.parse(path.read_text())
    except FileNotFoundError:
        raise KeyMissing(_("The ledger's signing key is missing: %(path)s.") % {"path": path}) from None
    except (OSError, Malformed) as problem:
        raise KeyMissing(_("The ledger's signing key cannot be read: %(path)s.") % {"path": path}) from problem
    return key


def trusted_keys() -> list[VerifierKey]:
    """Return the public keys whose signatures count, the present one first."""
    path = Path(settings.LEDGER_TRUSTED_KEYS_FILE)
    if not path.exists():
        return [signing_key().verifier]
    try:
        keys = [VerifierKey.parse(line) for line in path.read_text().splitlines() if line.strip()]
    except (OSError, Malformed) as problem:
        raise KeyMissing(_("The ledger's trusted keys cannot be read: %(path)s.") % {"path": path}) from problem
    return keys[::-1]


def trusted_keys_text() -> str:
    """Return the trusted keys as lines, to be handed to auditors."""
    return "".join(f"{key.text()}\n" for key in trusted_keys())


def _make_key(path: Path) -> None:
    """Make a key; the name of the log is the configured one or one that no other installation has."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = SigningKey.generate(settings.LEDGER_ORIGIN or f"gatehouse.local/{secrets.token_hex(6)}")
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(descriptor, "w") as file:
        file.write(key.text() + "\n")
    trusted = Path(settings.LEDGER_TRUSTED_KEYS_FILE)
    trusted.parent.mkdir(parents=True, exist_ok=True)
    with trusted.open("a") as file:
        file.write(key.verifier.text() + "\n")
