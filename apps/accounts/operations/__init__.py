"""Every write about people, departments, roles, sessions and tokens."""

from .organisation import (
    create_department,
    create_legal_entity,
    edit_department,
    edit_legal_entity,
    move_department,
)
from .people import deactivate_person, edit_person, end_sessions, expect_person, reactivate_person
from .roles import (
    appoint,
    assign_role,
    confirm_assignment,
    create_role,
    edit_role,
    end_assignment,
    map_group,
)
from .services import close_service, register_service
from .sign_in import admit_person, bind_identity, follow_groups, mirror_groups, sign_in
from .tokens import issue_token, revoke_token

__all__ = [
    "admit_person",
    "appoint",
    "assign_role",
    "bind_identity",
    "close_service",
    "confirm_assignment",
    "create_department",
    "create_legal_entity",
    "create_role",
    "deactivate_person",
    "edit_department",
    "edit_legal_entity",
    "edit_person",
    "edit_role",
    "end_assignment",
    "end_sessions",
    "expect_person",
    "follow_groups",
    "issue_token",
    "map_group",
    "mirror_groups",
    "move_department",
    "reactivate_person",
    "register_service",
    "revoke_token",
    "sign_in",
]
