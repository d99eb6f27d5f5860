"""Monitoring for programs, one module for each concern."""

from . import bounds, incidents, metrics  # noqa: F401
from .routing import router

__all__ = ["router"]
