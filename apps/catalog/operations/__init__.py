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

__all__ = [
    "FieldSeen",
    "FlowSeen",
    "PermissionSeen",
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
    "publish_activity",
    "register_activity",
    "register_dataset",
    "register_platform",
    "report_result",
    "take_snapshot",
]
