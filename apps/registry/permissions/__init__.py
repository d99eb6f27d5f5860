"""Who may do what in the registry, beyond the role: decisions with their reasons, one module for each concern."""

from .aimodels import may_edit_model, may_edit_version, may_retire_version, may_validate_version
from .holding import holds_here, inside

__all__ = [
    "holds_here",
    "inside",
    "may_edit_model",
    "may_edit_version",
    "may_retire_version",
    "may_validate_version",
]
