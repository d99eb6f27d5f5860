"""The inventory for programs: the same records, the same operations, the same refusals."""

from . import catalog, intake, systems, usecases
from .schemas import router

__all__ = ["catalog", "intake", "router", "systems", "usecases"]
