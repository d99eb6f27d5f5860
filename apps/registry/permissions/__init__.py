"""Who may do what in the registry, beyond the role: decisions with their reasons, one module for each concern."""

from .aimodels import may_edit_model, may_edit_version, may_retire_version, may_validate_version
from .holding import holds_here, inside
from .releases import may_register_artefact, may_version_artefact

__all__ = [
    "holds_here",
    "inside",
    "may_edit_model",
    "may_edit_version",
    "may_register_artefact",
    "may_retire_version",
    "may_validate_version",
    "may_version_artefact",
]
