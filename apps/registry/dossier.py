"""What the registry adds to dossiers."""

from __future__ import annotations


def register_all() -> None:
    """Register what this room offers."""
