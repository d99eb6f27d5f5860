"""Whether a field that holds a master-data entity's identifier bears the identifier's name."""

from __future__ import annotations

import re


def normalised(name: str) -> str:
    """Return a name without case and separators: `Customer-ID`, `customer_id` and `customerId` are one name."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def is_aligned(path: str, identifier: str) -> bool:
    """Tell whether a field is called as the identifier is, by its whole path or by its last part."""
    return normalised(identifier) in {normalised(path), normalised(path.rsplit(".", 1)[-1])}
