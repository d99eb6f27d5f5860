"""What the catalog adds to the pages of systems and use cases."""

from __future__ import annotations


def register_all() -> None:
    """Offer the panels."""
