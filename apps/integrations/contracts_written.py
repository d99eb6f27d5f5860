"""Data contracts handed out (ODCS 3.1), written from what the catalog knows."""

from __future__ import annotations

from typing import Any

from apps.catalog.models import DataContract, Dataset, Field, Level, QualityCheck
from apps.catalog.queries.retention import standing_policy
from apps.integrations.events import Event
from apps.integrations.rules_pure.odcs import Said, write
from apps.kernel import recording
from apps.kernel.actors import Actor


def export_contract(*, actor: Actor, dataset: Dataset) -> str:
    """Write a dataset's contract of what the catalog knows, over the newest imported one, and record who took it."""
    recording.record(event=Event.CONTRACT_EXPORTED, actor=actor, subject=dataset)
    imported = DataContract.objects.filter(datasets=dataset).order_by("-taken_over_at").first()
    policy = standing_policy(dataset)
    present = Field.objects.filter(dataset=dataset, absent_since=None)
    steward, owner = dataset.steward or dataset.owner, dataset.owner or dataset.steward
    # Restricted data is decided on by two people.
    second = owner.email if owner and dataset.effective_level == Level.RESTRICTED else ""
    said = Said(
        identifier=imported.contract_id if imported else str(dataset.pk),
        version=imported.contract_version if imported else f"1.0.{dataset.version}",
        title=dataset.title,
        name=dataset.name,
        description=dataset.description,
        tags=tuple(tag for tag in dataset.tags if "=" not in tag),
        fields=tuple(_field(one) for one in present.order_by("position", "path")),
        rules=tuple(_rules(dataset)),
        retention_days=policy.days if policy else None,
        fresh_within_minutes=dataset.fresh_within_minutes,
        team=tuple(
            (person.email, role)
            for person, role in ((dataset.owner, "owner"), (dataset.steward, "data steward"))
            if person
        ),
        domain=dataset.department.code if dataset.department else "",
        approvers=(steward.email if steward else "", second),
    )
    return write(said, imported.body if imported else None)


def _field(one: Field) -> dict[str, Any]:
    return {
        "name": one.path,
        "data_type": one.data_type,
        "description": one.description,
        "classification": one.level,
        "required": one.nullable is False,
        "primary_key": one.primary_key,
        "tags": [*(tag for tag in one.tags if "=" not in tag), *one.categories],
    }


def _rules(dataset: Dataset) -> list[dict[str, Any]]:
    """Return checks on fields as rules in words: the standard's own metrics differ from what tools call theirs."""
    checks = QualityCheck.objects.filter(dataset=dataset, field__isnull=False).exclude(source="contract")
    return [
        {"field": one.field.path, "body": {"type": "text", "description": f"{one.name} ({one.source})"}}
        for one in checks.select_related("field").order_by("name")
    ]
