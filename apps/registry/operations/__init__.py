"""Every write of the registry, one module for each concern."""

from .aimodels import edit_model, record_terms, register_model
from .aliases import end_alias, set_alias
from .artefacts import add_artefact_version, register_artefact
from .composing import compose_release
from .retiring import deprecate_version, retire_version
from .versions import link_data, record_metrics, register_version, validate_version, write_card

__all__ = [
    "add_artefact_version",
    "compose_release",
    "deprecate_version",
    "edit_model",
    "end_alias",
    "link_data",
    "record_metrics",
    "record_terms",
    "register_artefact",
    "register_model",
    "register_version",
    "retire_version",
    "set_alias",
    "validate_version",
    "write_card",
]
