"""Event names of requests: `app.subject.verb`, alphabetised."""

from enum import StrEnum


class Event(StrEnum):
    """What happens at the door of a page or endpoint."""

    LIST_EXPORTED = "web.list.exported"
    REQUEST_REFUSED = "web.request.refused"
