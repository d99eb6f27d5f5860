"""Who may do what in the registry, beyond the role: decisions with their reasons, one module for each concern."""

from .aimodels import may_edit_model, may_edit_version, may_retire_version, may_validate_version
from .calls import may_ask_about_calls, may_report_usage, may_settle
from .deployments import (
    may_call_emergency,
    may_deploy,
    may_end,
    may_observe,
    may_review_rollback,
    may_roll_back,
    may_second,
)
from .holding import holds_here, inside

__all__ = [
    "holds_here",
    "inside",
    "may_ask_about_calls",
    "may_call_emergency",
    "may_deploy",
    "may_edit_model",
    "may_edit_version",
    "may_end",
    "may_observe",
    "may_report_usage",
    "may_retire_version",
    "may_review_rollback",
    "may_roll_back",
    "may_second",
    "may_settle",
    "may_validate_version",
]
