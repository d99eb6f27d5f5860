"""Every write of the registry, one module for each concern."""

from .aimodels import edit_model, record_terms, register_model
from .aliases import end_alias, set_alias
from .artefacts import add_artefact_version, register_artefact
from .composing import compose_release
from .deployments import deploy, end_deployment, observe, observe_nothing
from .retiring import deprecate_version, retire_version
from .rollbacks import (
    break_glass,
    call_emergency,
    confirm_emergency,
    refuse_emergency,
    review_rollback,
    roll_back,
    run_drill,
)
from .versions import link_data, record_metrics, register_version, validate_version, write_card

__all__ = [
    "add_artefact_version",
    "break_glass",
    "call_emergency",
    "compose_release",
    "confirm_emergency",
    "deploy",
    "deprecate_version",
    "edit_model",
    "end_alias",
    "end_deployment",
    "link_data",
    "observe",
    "observe_nothing",
    "record_metrics",
    "record_terms",
    "refuse_emergency",
    "register_artefact",
    "register_model",
    "register_version",
    "retire_version",
    "review_rollback",
    "roll_back",
    "run_drill",
    "set_alias",
    "validate_version",
    "write_card",
]
