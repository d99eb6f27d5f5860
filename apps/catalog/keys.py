"""The key that signs bundles of grants: in a file outside the database, the public keys of past and present beside it."""

from __future__ import annotations

import base64
import hashlib
import json
import os
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.utils.translation import gettext as _

from apps.kernel.errors import GatehouseError


class BundleKeyMissing(GatehouseError):
    """There is no key, or it cannot be read: no bundle is issued until there is."""

    status = 503


def signing_key(path: Path | None = None) -> Ed25519PrivateKey:
    """Return the key that signs bundles, or another one by its file; an embedded installation makes it at first need."""
    path = path or Path(settings.ACCESS_KEY_FILE)
    if not path.exists() and settings.ACCESS_KEY_IS_MADE:
        _make_key(path)
    try:
        found = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError) as problem:
        raise BundleKeyMissing(
            _("The signing key is missing or cannot be read: %(path)s.") % {"path": path}
        ) from problem
    if not isinstance(found, Ed25519PrivateKey):
        raise BundleKeyMissing(_("The signing key must be an Ed25519 key: %(path)s.") % {"path": path})
    return found


def public_key(key: Ed25519PrivateKey) -> dict[str, str]:
    """Return the public side of a key as a JWK, named by its thumbprint (RFC 7638, RFC 8037)."""
    raw = key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    named = {"crv": "Ed25519", "kty": "OKP", "x": _base64(raw)}
    thumbprint = hashlib.sha256(json.dumps(named, separators=(",", ":"), sort_keys=True).encode()).digest()
    return {**named, "alg": "EdDSA", "use": "sig", "kid": _base64(thumbprint)}


def public_keys(path: Path | None = None) -> list[dict[str, Any]]:
    """Return the public keys, the present one first, then those of the past that were left beside it."""
    found = [public_key(signing_key(path))]
    beside = (path or Path(settings.ACCESS_KEY_FILE)).with_suffix(".past.json")
    if beside.exists():
        found += [one for one in json.loads(beside.read_text()) if one.get("kid") != found[0]["kid"]]
    return found


def _make_key(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    text = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    # Written whole and then named: of several processes at the first start, one key wins, and nobody reads half of it.
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(text)
    try:
        os.link(fresh, path)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
