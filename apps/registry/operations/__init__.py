"""Every write of the registry, one module for each concern."""

from .access import (
    approve_model_request,
    decide_model_request,
    refuse_model_request,
    request_extension,
    request_model_access,
    withdraw_model_request,
)
from .aimodels import edit_model, record_terms, register_model
from .aliases import end_alias, set_alias
from .artefacts import add_artefact_version, register_artefact
from .bundles import issue_model_bundle
from .calls import evaluate_call, report_usage, settle_budgets
from .composing import compose_release
from .deployments import deploy, end_deployment, observe, observe_nothing
from .gateways import EXPORT_FORMS, export_grants, read_gateway
from .grants import announce_end, hold_back_grant, issue_model_grant, resume_grant, revoke_model_grant
from .manifests import take_manifest
from .permits import issue_permit, revoke_permit
from .reported_calls import report_calls
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
from .selections import (
    abandon_selection,
    add_candidate,
    decide_selection,
    dissent,
    edit_candidate,
    edit_needs,
    open_selection,
    remove_candidate,
)
from .versions import link_data, record_metrics, register_version, validate_version, write_card

__all__ = [
    "EXPORT_FORMS",
    "abandon_selection",
    "add_artefact_version",
    "add_candidate",
    "announce_end",
    "approve_model_request",
    "break_glass",
    "call_emergency",
    "compose_release",
    "confirm_emergency",
    "decide_model_request",
    "decide_selection",
    "deploy",
    "deprecate_version",
    "dissent",
    "edit_candidate",
    "edit_model",
    "edit_needs",
    "end_alias",
    "end_deployment",
    "evaluate_call",
    "export_grants",
    "hold_back_grant",
    "issue_model_bundle",
    "issue_model_grant",
    "issue_permit",
    "link_data",
    "observe",
    "observe_nothing",
    "open_selection",
    "read_gateway",
    "record_metrics",
    "record_terms",
    "refuse_emergency",
    "refuse_model_request",
    "register_artefact",
    "register_model",
    "register_version",
    "remove_candidate",
    "report_calls",
    "report_usage",
    "request_extension",
    "request_model_access",
    "resume_grant",
    "retire_version",
    "review_rollback",
    "revoke_model_grant",
    "revoke_permit",
    "roll_back",
    "run_drill",
    "set_alias",
    "settle_budgets",
    "take_manifest",
    "validate_version",
    "withdraw_model_request",
    "write_card",
]
