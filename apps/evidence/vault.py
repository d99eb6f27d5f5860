"""Where files rest: outside the web root, each encrypted under a key of the ring, known by a name of our own making.

A stored file is `GHE1`, the length and name of the key, a nonce of 12 bytes, and AES-256-GCM of the content with the
version's id as associated data, so that files cannot be swapped for one another.
"""

from __future__ import annotations

import base64
import hashlib
import os
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages

MAGIC = b"GHE1"
_NONCE = 12


class Damaged(Exception):
    """What is stored is not what was stored."""


def storage() -> Storage:
    """Return the storage of evidence."""
    return storages["evidence"]


def key_ring() -> dict[str, bytes]:
    """Return the keys by name, the one for new files first; the file has a name and a key in base64 on each line."""
    path = Path(settings.EVIDENCE_KEYS_FILE)
    if not path.exists() and settings.EVIDENCE_KEYS_ARE_MADE:
        _make_keys(path)
    try:
        lines = [line.split() for line in path.read_text().splitlines() if line.strip() and not line.startswith("#")]
        ring = {name: base64.b64decode(key, validate=True) for name, key in lines}
    except (OSError, ValueError) as error:
        raise ImproperlyConfigured(f"The keys of evidence at {path} cannot be read.") from error
    if not ring or any(len(key) != 32 for key in ring.values()):
        raise ImproperlyConfigured(f"{path} must hold at least one key of 32 bytes in base64.")
    return ring


def _make_keys(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = f"made-here {base64.b64encode(AESGCM.generate_key(256)).decode()}\n"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(descriptor, "w") as file:
        file.write(text)


def seal(content: bytes, about: str) -> tuple[bytes, str]:
    """Return the encrypted file and the name of its key."""
    name, key = next(iter(key_ring().items()))
    nonce = os.urandom(_NONCE)
    encoded = name.encode()
    head = MAGIC + len(encoded).to_bytes(1) + encoded + nonce
    return head + AESGCM(key).encrypt(nonce, content, about.encode()), name


def unseal(stored: bytes, about: str) -> bytes:
    """Return the content of an encrypted file; raise `Damaged` when it is not what was put there."""
    if stored[: len(MAGIC)] != MAGIC:
        raise Damaged("The stored file has no head of ours.")
    start = len(MAGIC) + 1
    end = start + stored[len(MAGIC)]
    key = key_ring().get(stored[start:end].decode(errors="replace"))
    if key is None:
        raise Damaged("The key of the stored file is not on the ring.")
    try:
        return AESGCM(key).decrypt(stored[end : end + _NONCE], stored[end + _NONCE :], about.encode())
    except InvalidTag as error:
        raise Damaged("The stored file was changed.") from error


def put(content: bytes, about: str) -> tuple[str, str]:
    """Store a content encrypted; return the name in the storage and the name of the key."""
    sealed, key_name = seal(content, about)
    return storage().save(f"{about[:2]}/{about}", ContentFile(sealed)), key_name  # one-writer: a file, no row


def take(storage_name: str, about: str, sha256: str) -> bytes:
    """Return a stored content, checked against the hash it had when it came."""
    try:
        with storage().open(storage_name, "rb") as file:
            content = unseal(file.read(), about)
    except FileNotFoundError as error:
        raise Damaged("The stored file is gone.") from error
    if hashlib.sha256(content).hexdigest() != sha256:
        raise Damaged("The stored file does not have the hash it came with.")
    return content
