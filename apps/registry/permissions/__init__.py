"""Who may do what in the registry, beyond the role: decisions with their reasons, one module for each concern."""

from .access import (
    may_decide_model_grant,
    may_decide_model_request,
    may_hold_back_model_grant,
    may_issue_model_grant,
    may_read_gateway,
    may_request_extension,
    may_request_model,
    may_revoke_model_grant,
    may_take_model_grants,
    may_withdraw_model_request,
)
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
from .permits import may_revoke_permit
from .releases import may_register_artefact, may_version_artefact
from .selections import may_decide_selection, may_dissent, may_edit_selection, may_open_selection

__all__ = [
    "holds_here",
    "inside",
    "may_ask_about_calls",
    "may_call_emergency",
    "may_decide_model_grant",
    "may_decide_model_request",
    "may_decide_selection",
    "may_deploy",
    "may_dissent",
    "may_edit_model",
    "may_edit_selection",
    "may_edit_version",
    "may_end",
    "may_hold_back_model_grant",
    "may_issue_model_grant",
    "may_observe",
    "may_open_selection",
    "may_read_gateway",
    "may_register_artefact",
    "may_report_usage",
    "may_request_extension",
    "may_request_model",
    "may_retire_version",
    "may_review_rollback",
    "may_revoke_model_grant",
    "may_revoke_permit",
    "may_roll_back",
    "may_second",
    "may_settle",
    "may_take_model_grants",
    "may_validate_version",
    "may_version_artefact",
    "may_withdraw_model_request",
]
