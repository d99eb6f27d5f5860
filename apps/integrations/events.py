"""The events of integrations, `integrations.subject.verb`, in alphabetical order."""

from enum import StrEnum


class Event(StrEnum):
    """What flows in and out."""

    BILL_IMPORTED = "integrations.bill.imported"
    CATALOG_IMPORTED = "integrations.catalog.imported"
    CONTRACT_EXPORTED = "integrations.contract.exported"
    CONTRACT_IMPORTED = "integrations.contract.imported"
    EVENT_SENT_AGAIN = "integrations.event.sent_again"
    LINEAGE_RECEIVED = "integrations.lineage.received"
    MAPPING_RESOLVED = "integrations.mapping.resolved"
    PERMISSIONS_READ = "integrations.permissions.read"
    PROJECT_IMPORTED = "integrations.project.imported"
    QUALITY_IMPORTED = "integrations.quality.imported"
    SERVER_EDITED = "integrations.server.edited"
    SERVER_PULLED = "integrations.server.pulled"
    SERVER_REGISTERED = "integrations.server.registered"
    SERVER_SECRET = "integrations.server.secret_changed"
    SUBSCRIPTION_EDITED = "integrations.subscription.edited"
    SUBSCRIPTION_MADE = "integrations.subscription.made"
    SUBSCRIPTION_SECRET = "integrations.subscription.secret_changed"
    SUBSCRIPTION_TESTED = "integrations.subscription.tested"
