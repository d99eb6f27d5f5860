"""Event names of evidence: `app.subject.verb`, alphabetised."""

from enum import StrEnum


class Event(StrEnum):
    """What happens to files that prove something."""

    FILE_ADDED = "evidence.file.added"
    FILE_DOWNLOADED = "evidence.file.downloaded"
    FILE_LINKED = "evidence.file.linked"
    FILE_RENEWED = "evidence.file.renewed"
    FILE_UNLINKED = "evidence.file.unlinked"
