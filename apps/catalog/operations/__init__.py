"""Every write of the catalog."""

from .access import (
    approve_request,
    decide_request,
    refuse_request,
    request_access,
    request_extension,
    second_decision,
    withdraw_request,
)
from .actual import (
    PermissionSeen,
    name_principal,
    take_snapshot,
)
from .campaigns import (
    close_campaign,
    decide_items,
    start_campaign,
)
from .classification import (
    Confirmation,
    agree_to_fall,
    carry_fields,
    confirm_fields,
    declare_class,
    suggest_fields,
)
from .datasets import (
    change_dataset_people,
    drop_dataset,
    edit_dataset,
    edit_field,
    edit_fields,
    observe_dataset,
    register_dataset,
)
from .glossary import (
    define_entity,
    define_term,
    edit_entity,
    edit_term,
    part_terms,
    relate_terms,
)
from .grants import (
    announce_end,
    extend_grant,
    hold_back_grants,
    resume_grant,
    revoke_grant,
)
from .jobs import name_system_of_job
from .lineage import (
    announce_change,
    declare_flow,
    end_line,
)
from .observing import (
    FieldSeen,
    FlowSeen,
    observe_facts,
    observe_field_flows,
    observe_flow,
    observe_job,
    observe_name,
    observe_schema,
    observe_title,
    promise_freshness,
)
from .platforms import (
    edit_platform,
    observe_platform,
    register_platform,
)
from .processing import (
    edit_activity,
    end_activity,
    publish_activity,
    register_activity,
)
from .quality import (
    define_check,
    report_load,
    report_result,
    report_results,
    set_fitness,
)
from .retention import (
    attest_deletion,
    place_hold,
    release_hold,
    set_policy,
)
from .uses import (
    declare_use,
    end_use,
)

__all__ = [
    "Confirmation",
    "FieldSeen",
    "FlowSeen",
    "PermissionSeen",
    "agree_to_fall",
    "announce_change",
    "announce_end",
    "approve_request",
    "attest_deletion",
    "carry_fields",
    "change_dataset_people",
    "close_campaign",
    "confirm_fields",
    "decide_items",
    "decide_request",
    "declare_class",
    "declare_flow",
    "declare_use",
    "define_check",
    "define_entity",
    "define_term",
    "drop_dataset",
    "edit_activity",
    "edit_dataset",
    "edit_entity",
    "edit_field",
    "edit_fields",
    "edit_platform",
    "edit_term",
    "end_activity",
    "end_line",
    "end_use",
    "extend_grant",
    "hold_back_grants",
    "name_principal",
    "name_system_of_job",
    "observe_dataset",
    "observe_facts",
    "observe_field_flows",
    "observe_flow",
    "observe_job",
    "observe_name",
    "observe_platform",
    "observe_schema",
    "observe_title",
    "part_terms",
    "place_hold",
    "promise_freshness",
    "publish_activity",
    "refuse_request",
    "register_activity",
    "register_dataset",
    "register_platform",
    "relate_terms",
    "release_hold",
    "report_load",
    "report_result",
    "report_results",
    "request_access",
    "request_extension",
    "resume_grant",
    "revoke_grant",
    "second_decision",
    "set_fitness",
    "set_policy",
    "start_campaign",
    "suggest_fields",
    "take_snapshot",
    "withdraw_request",
]
