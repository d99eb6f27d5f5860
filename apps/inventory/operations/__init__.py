"""Every write of the inventory."""

from .import_rows import advance_import, report_again, stop_import
from .imports import (
    arrange_import,
    check_import,
    continue_import,
    decide_matches,
    discard_import,
    lay_out_import,
    receive_import,
    start_import,
)
from .systems import edit_system, register_system

__all__ = [
    "advance_import",
    "arrange_import",
    "check_import",
    "continue_import",
    "decide_matches",
    "discard_import",
    "edit_system",
    "lay_out_import",
    "receive_import",
    "register_system",
    "report_again",
    "start_import",
    "stop_import",
]
