"""The registry for programs, one module for each concern."""

from . import bundles, deployments, releases, selections  # noqa: F401
from .routing import router

__all__ = ["router"]
