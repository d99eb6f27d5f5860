"""Event names of checks and findings: `app.subject.verb`, alphabetised."""

from enum import StrEnum


class Event(StrEnum):
    """What happens to findings, sweeps and exceptions."""

    EXCEPTION_APPROVED = "compliance.exception.approved"
    EXCEPTION_ENDED = "compliance.exception.ended"
    EXCEPTION_REFUSED = "compliance.exception.refused"
    EXCEPTION_REQUESTED = "compliance.exception.requested"
    FINDING_ACKNOWLEDGED = "compliance.finding.acknowledged"
    FINDING_ASSIGNED = "compliance.finding.assigned"
    FINDING_SETTLED = "compliance.finding.settled"
    RULES_EVALUATED = "compliance.rules.evaluated"
    SWEEP_RUN = "compliance.sweep.run"
