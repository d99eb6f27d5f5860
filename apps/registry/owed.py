"""What the registry adds to My work."""

from __future__ import annotations


def register_all() -> None:
    """Register what this room offers."""
