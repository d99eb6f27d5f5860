"""Event names of the ledger itself: `app.subject.verb`, alphabetised."""

from enum import StrEnum


class Event(StrEnum):
    """What the ledger records on its own behalf."""

    CHANGE_OUTSIDE = "audit.change.outside"
    ENTRIES_EXPORTED = "audit.entries.exported"
    GAP_ACKNOWLEDGED = "audit.gap.acknowledged"
    INSTALLATION_WRITTEN = "audit.installation.written"
    LEDGER_VERIFIED = "audit.ledger.verified"
    OPERATION_REFUSED = "audit.operation.refused"
    PERSONAL_TEXT_ERASED = "audit.personal_text.erased"
    TABLE_TRUNCATED = "audit.table.truncated"
    VERIFICATION_REQUESTED = "audit.verification.requested"
