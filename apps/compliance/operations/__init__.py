"""Every write about findings, sweeps and exceptions."""

from .exceptions import approve_exception, end_exception, refuse_exception, request_exception
from .findings import acknowledge_finding, assign_finding, settle_finding
from .sweeps import evaluate_subject, sweep

__all__ = [
    "acknowledge_finding",
    "approve_exception",
    "assign_finding",
    "end_exception",
    "evaluate_subject",
    "refuse_exception",
    "request_exception",
    "settle_finding",
    "sweep",
]
