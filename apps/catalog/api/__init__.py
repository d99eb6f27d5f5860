"""The catalog for programs, one module for each concern."""

from . import (  # noqa: F401
    access,
    classification,
    datasets,
    decisions,
    glossary,
    lineage,
    platforms,
    processing,
    quality,
    retention,
    uses,
)
from .routing import router

__all__ = ["router"]
