"""The registry for programs, one module for each concern."""

from . import access, bundles, deployments, releases, usage  # noqa: F401
from .routing import router

__all__ = ["router"]
