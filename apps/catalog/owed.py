"""What the catalog adds to My work."""

from __future__ import annotations


def register_all() -> None:
    """Offer what waits for stewards and owners of data."""
