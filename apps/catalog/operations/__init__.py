"""Every write of the catalog."""

from .actual import PermissionSeen, name_principal, take_snapshot
from .datasets import drop_dataset, edit_dataset, edit_field, observe_dataset, register_dataset
from .observing import (
    FieldSeen,
    FlowSeen,
    observe_field_flows,
    observe_flow,
    observe_job,
    observe_name,
    observe_schema,
)
from .platforms import edit_platform, observe_platform, register_platform
from .processing import edit_activity, end_activity, publish_activity, register_activity
from .quality import define_check, report_result
from .retention import attest_deletion, place_hold, release_hold, set_policy

__all__ = [
    "FieldSeen",
    "FlowSeen",
    "PermissionSeen",
    "attest_deletion",
    "define_check",
    "drop_dataset",
    "edit_activity",
    "edit_dataset",
    "edit_field",
    "edit_platform",
    "end_activity",
    "name_principal",
    "observe_dataset",
    "observe_field_flows",
    "observe_flow",
    "observe_job",
    "observe_name",
    "observe_platform",
    "observe_schema",
    "place_hold",
    "publish_activity",
    "register_activity",
    "register_dataset",
    "register_platform",
    "release_hold",
    "report_result",
    "set_policy",
    "take_snapshot",
]
