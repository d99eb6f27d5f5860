"""Event names of the inventory: `app.subject.verb`, alphabetised."""

from enum import StrEnum


class Event(StrEnum):
    """What happens to systems, use cases and authorisations."""

    IMPORT_ADVANCED = "inventory.import.advanced"
    IMPORT_ARRANGED = "inventory.import.arranged"
    IMPORT_CHECKED = "inventory.import.checked"
    IMPORT_CONTINUED = "inventory.import.continued"
    IMPORT_DISCARDED = "inventory.import.discarded"
    IMPORT_MATCHED = "inventory.import.matched"
    IMPORT_RECEIVED = "inventory.import.received"
    IMPORT_STARTED = "inventory.import.started"
    IMPORT_STOPPED = "inventory.import.stopped"
    SYSTEM_EDITED = "inventory.system.edited"
    SYSTEM_REGISTERED = "inventory.system.registered"
    SYSTEM_REPORTED = "inventory.system.reported"
