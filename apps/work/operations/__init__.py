"""Every write about owed work, talk, notices and jobs."""

from .actions import accept_action, cancel_action, finish_action, owe_action, return_action
from .jobs import ask_for_job, finish_job, move_job, start_job
from .talk import mark_notices_read, resolve_comment, send_notice, write_comment

__all__ = [
    "accept_action",
    "ask_for_job",
    "cancel_action",
    "finish_action",
    "finish_job",
    "mark_notices_read",
    "move_job",
    "owe_action",
    "resolve_comment",
    "return_action",
    "send_notice",
    "start_job",
    "write_comment",
]
