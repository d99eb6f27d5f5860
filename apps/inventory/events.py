"""Event names of the inventory: `app.subject.verb`, alphabetised."""

from enum import StrEnum


class Event(StrEnum):
    """What happens to systems, use cases and authorisations."""

    SYSTEM_EDITED = "inventory.system.edited"
    SYSTEM_REGISTERED = "inventory.system.registered"
