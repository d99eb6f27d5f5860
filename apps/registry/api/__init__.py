"""The registry for programs, one module for each concern."""

from .routing import router

__all__ = ["router"]
