"""What the registry adds to the pages of systems, use cases, datasets and vendors."""

from __future__ import annotations


def register_all() -> None:
    """Register what this room offers."""
