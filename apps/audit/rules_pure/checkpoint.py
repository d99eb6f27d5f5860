"""The text of a checkpoint and its signature, as C2SP specifies them (tlog-checkpoint, signed-note).

A checkpoint names the log, its size and its root; one further line holds the moment of sealing. The signature covers
all of it. Keys are written as `golang.org/x/mod/sumdb/note` writes them, so that tools of others can read them.
"""

from __future__ import annotations

import binascii
from base64 import b64decode, b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from .leaf import moment_text

ED25519 = b"\x01"
TIME_LINE = "time "
_DASH = "\N{EM DASH} "


class Malformed(ValueError):
    """The text is no checkpoint, signature or key."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What is signed: so many leaves have this root, sealed at that moment."""

    origin: str
    size: int
    root: bytes
    sealed_at: datetime

    def text(self) -> str:
        """Write the lines that are signed."""
        return (
            f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n{TIME_LINE}{moment_text(self.sealed_at)}\n"
        )


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """The public half: name, short id and key."""

    name: str
    key: Ed25519PublicKey

    @classmethod
    def parse(cls, text: str) -> VerifierKey:
        """Read `name+id+key` as it is handed to auditors."""
        try:
            name, identifier, encoded = text.strip().split("+", 2)
            raw = b64decode(encoded, validate=True)
            key = Ed25519PublicKey.from_public_bytes(raw[1:])
        except (ValueError, binascii.Error) as problem:
            raise Malformed("This is no verifier key.") from problem
        if raw[:1] != ED25519 or key_id(name, raw[1:]).hex() != identifier:
            raise Malformed("The verifier key does not fit its own id.")
        return cls(name, key)

    @property
    def raw(self) -> bytes:
        """The 32 bytes of the public key."""
        return self.key.public_bytes_raw()

    @property
    def id(self) -> bytes:
        """The four bytes by which signatures name their key."""
        return key_id(self.name, self.raw)

    def text(self) -> str:
        """Write the key as it is handed to auditors."""
        return f"{self.name}+{self.id.hex()}+{b64encode(ED25519 + self.raw).decode()}"

    def accepts(self, text: str, signature: bytes) -> bool:
        """Tell whether the signature over the text is by this key."""
        try:
            self.key.verify(signature, text.encode())
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class SigningKey:
    """The private half: lives in a file or a secret store, never in the database."""

    name: str
    key: Ed25519PrivateKey

    @classmethod
    def generate(cls, name: str) -> SigningKey:
        """Make a new key for a log of that name."""
        _check_name(name)
        return cls(name, Ed25519PrivateKey.generate())

    @classmethod
    def parse(cls, text: str) -> SigningKey:
        """Read `PRIVATE+KEY+name+id+seed`."""
        try:
            private, word, name, identifier, encoded = text.strip().split("+", 4)
            raw = b64decode(encoded, validate=True)
            key = Ed25519PrivateKey.from_private_bytes(raw[1:])
        except (ValueError, binascii.Error) as problem:
            raise Malformed("This is no signing key.") from problem
        found = cls(name, key)
        if (private, word) != ("PRIVATE", "KEY") or raw[:1] != ED25519 or found.verifier.id.hex() != identifier:
            raise Malformed("The signing key does not fit its own id.")
        return found

    def text(self) -> str:
        """Write the key as it stands in its file."""
        seed = b64encode(ED25519 + self.key.private_bytes_raw()).decode()
        return f"PRIVATE+KEY+{self.name}+{self.verifier.id.hex()}+{seed}"

    @property
    def verifier(self) -> VerifierKey:
        """The public half."""
        return VerifierKey(self.name, self.key.public_key())

    def sign(self, checkpoint: Checkpoint) -> str:
        """Return the signed note of a checkpoint."""
        text = checkpoint.text()
        signature = b64encode(self.verifier.id + self.key.sign(text.encode())).decode()
        return f"{text}\n{_DASH}{self.name} {signature}\n"


def key_id(name: str, public_key: bytes) -> bytes:
    """Return the four bytes by which a signature names its key."""
    return sha256(name.encode() + b"\n" + ED25519 + public_key).digest()[:4]


def parse(note: str) -> tuple[Checkpoint, list[tuple[str, bytes, bytes]]]:
    """Read a signed note: the checkpoint and its signatures as (key name, key id, signature), none checked yet."""
    text, separator, signatures = note.partition("\n\n")
    lines = text.split("\n")
    if not separator or len(lines) != 4 or not lines[3].startswith(TIME_LINE) or not signatures.endswith("\n"):
        raise Malformed("This is no checkpoint.")
    try:
        sealed_at = datetime.strptime(lines[3].removeprefix(TIME_LINE), "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
        checkpoint = Checkpoint(lines[0], int(lines[1]), b64decode(lines[2], validate=True), sealed_at)
        signed = [_parse_signature(line) for line in signatures[:-1].split("\n")]
    except (ValueError, binascii.Error) as problem:
        raise Malformed("This is no checkpoint.") from problem
    if checkpoint.text() != text + "\n" or len(checkpoint.root) != 32 or checkpoint.size < 0:
        raise Malformed("The checkpoint is not written in its one form.")
    return checkpoint, signed


def open_note(note: str, keys: list[VerifierKey]) -> Checkpoint | None:
    """Return the checkpoint if one of the trusted keys signed it, else None; `Malformed` when it is none."""
    checkpoint, signatures = parse(note)
    for name, identifier, signature in signatures:
        for key in keys:
            if (key.name, key.id) == (name, identifier) and key.accepts(checkpoint.text(), signature):
                return checkpoint
    return None


def _parse_signature(line: str) -> tuple[str, bytes, bytes]:
    if not line.startswith(_DASH):
        raise Malformed("A signature line starts with a dash.")
    name, encoded = line.removeprefix(_DASH).split(" ")
    raw = b64decode(encoded, validate=True)
    return name, raw[:4], raw[4:]


def _check_name(name: str) -> None:
    if not name or "+" in name or any(character.isspace() for character in name):
        raise Malformed("The name of a log has neither spaces nor plus signs.")
