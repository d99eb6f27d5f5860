"""The inventory for programs: the same records, the same operations, the same refusals."""

from . import catalog, imports, intake, systems, usecases
from .schemas import router

__all__ = ["catalog", "imports", "intake", "router", "systems", "usecases"]
