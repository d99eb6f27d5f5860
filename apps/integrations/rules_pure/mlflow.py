"""What MLflow sends and how it signs it; and what makes one of its versions that version."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from dataclasses import dataclass
from typing import Any

WINDOW = 300
FOLLOWED = {
    "registered_model", "model_version", "model_version_tag", "model_version_alias", "registered_model_tag",
}  # fmt: skip
DIGEST = re.compile(r"(?:sha256:)?([0-9a-f]{64})\Z")
DIGEST_TAGS = ("artifact_digest", "artefact_digest", "digest", "sha256")
WORD = re.compile(r"[\x21-\x7e]{1,120}\Z")


class Forged(Exception):
    """A message that is not the server's, or not of now."""


@dataclass(frozen=True)
class Message:
    """What a signed message says."""

    entity: str
    action: str
    name: str

    @property
    def followed(self) -> bool:
        """Tell whether it is about a registered model."""
        return self.entity in FOLLOWED and bool(self.name)


def sign(secret: str, delivery: str, stamp: str, body: bytes) -> str:
    """Return the signature of a message as MLflow writes it."""
    signed = hmac.new(secret.encode(), f"{delivery}.{stamp}.".encode() + body, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(signed).decode()}"


def check(secret: str, *, signature: str, stamp: str, delivery: str, body: bytes, now: float) -> None:
    """Raise `Forged` unless the server signed exactly this, within five minutes."""
    if not WORD.match(delivery) or not re.fullmatch(r"[0-9]{1,12}", stamp):
        raise Forged("headers are missing or malformed")
    expected = sign(secret, delivery, stamp, body)
    if not hmac.compare_digest(expected.encode(), signature.encode(errors="replace")):
        raise Forged("the signature is not the server's")
    if abs(now - int(stamp)) > WINDOW:
        raise Forged("the time is too far from now")


def read(body: bytes) -> Message:
    """Return what a message says; raise ValueError when it is no message."""
    try:
        document = json.loads(body)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    data = document.get("data") if isinstance(document, dict) else None
    if not isinstance(data, dict):
        raise ValueError("no object with data")
    entity, action = str(document.get("entity", "")), str(document.get("action", ""))
    return Message(_plain(entity, 60), _plain(action, 40), _plain(str(data.get("name") or ""), 300))


def digest_of(*tags: dict[str, Any]) -> str:
    """Return the digest of the artefact that somebody wrote into the tags of version or run, if there is one."""
    for found in tags:
        for name in DIGEST_TAGS:
            if match := DIGEST.match(str(found.get(name, "")).strip().lower()):
                return f"sha256:{match[1]}"
    return ""


def snapshot_of(server: str, name: str, version: str, source: str) -> str:
    """Name a version that has no digest: by server, name and number, and by where it lies."""
    place = hashlib.sha256(source.encode()).hexdigest()[:12]
    text = f"mlflow:{server}/{name}/{version}#{place}"
    return text if len(text) <= 200 else f"mlflow:{server}/{hashlib.sha256(text.encode()).hexdigest()}"


def _plain(text: str, most: int) -> str:
    return text.replace("\x00", "").encode(errors="replace").decode()[:most]
