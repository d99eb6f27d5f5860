"""Event names of what the page kit records: `app.subject.verb`, alphabetised."""

from enum import StrEnum


class Event(StrEnum):
    """What is seen at the edge."""

    LIST_EXPORTED = "web.list.exported"
    PAGE_REFUSED = "web.page.refused"
