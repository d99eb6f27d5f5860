"""The registry for programs, one module for each concern."""

from . import (  # noqa: F401
    access,
    aimodels,
    bundles,
    calls,
    deployments,
    gateways,
    manifests,
    permits,
    releases,
    selections,
    usage,
)
from .routing import router

__all__ = ["router"]
