"""Secrets at rest: encrypted under the key ring of evidence, bound to the record and field they belong to."""

from __future__ import annotations

import base64
from typing import Any

from apps.evidence import vault


def sealed(record: Any, field: str, secret: str) -> str:
    """Return a secret as it is kept."""
    return base64.b64encode(vault.seal(secret.encode(), f"{record.pk}:{field}")[0]).decode() if secret else ""


def opened(record: Any, field: str) -> str:
    """Return a secret that is kept on a record."""
    kept = getattr(record, field)
    return vault.unseal(base64.b64decode(kept), f"{record.pk}:{field}").decode() if kept else ""
