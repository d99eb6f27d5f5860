"""The records of the catalog that entries, findings, comments and inbox items may be about."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from apps.kernel.subjects import SubjectType, register


def _visible(name: str) -> Any:
    """Return the function that narrows a model to what a person may know of."""

    def visible(person: Any) -> Any:
        from django.apps import apps

        return apps.get_model("catalog", name).objects.visible_to(person)

    return visible


def _page(name: str, attribute: str = "key") -> Any:
    return lambda record: reverse(f"catalog:{name}", args=[getattr(record, attribute)])


def register_all() -> None:
    """Register what this room keeps on record."""
    kinds = (
        ("catalog.platform", "Platform", _page("platform")),
        ("catalog.dataset", "Dataset", _page("dataset")),
        ("catalog.glossary_term", "GlossaryTerm", _page("term", "pk")),
        ("catalog.master_entity", "MasterEntity", _page("entity", "pk")),
        ("catalog.access_request", "AccessRequest", _page("access_request")),
        ("catalog.data_grant", "DataGrant", _page("grant")),
        ("catalog.campaign", "Campaign", _page("campaign")),
        ("catalog.processing_activity", "ProcessingActivity", _page("activity")),
        ("catalog.legal_hold", "LegalHold", _page("hold")),
        ("catalog.job", "Job", _page("job", "pk")),
    )
    for name, model, url in kinds:
        register(SubjectType(name, f"catalog.{model}", str, _visible(model), url))
