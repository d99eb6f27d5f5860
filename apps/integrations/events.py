"""The events of integrations, `integrations.subject.verb`, in alphabetical order."""

from enum import StrEnum


class Event(StrEnum):
    """What flows in and out."""

    BILL_IMPORTED = "integrations.bill.imported"
    CATALOG_IMPORTED = "integrations.catalog.imported"
    CONTRACT_EXPORTED = "integrations.contract.exported"
    CONTRACT_IMPORTED = "integrations.contract.imported"
    LINEAGE_RECEIVED = "integrations.lineage.received"
    PERMISSIONS_READ = "integrations.permissions.read"
    PROJECT_IMPORTED = "integrations.project.imported"
    QUALITY_IMPORTED = "integrations.quality.imported"
