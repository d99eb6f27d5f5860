"""What the registry adds to the search."""

from __future__ import annotations


def register_all() -> None:
    """Register what this room offers."""
