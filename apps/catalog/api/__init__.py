"""The catalog for programs, one module for each concern."""

from . import access, classification, datasets, decisions, lineage, processing, quality, retention  # noqa: F401
from .routing import router

__all__ = ["router"]
