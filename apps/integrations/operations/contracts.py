"""Data contracts (ODCS 3): taken over into the catalog, and written from it."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import timedelta
from typing import Any

from django.db import connection

from apps.audit.operation import operation
from apps.catalog import operations as catalog
from apps.catalog.models import DataContract, Dataset, Field, Platform, QualityCheck, RetentionSource
from apps.integrations.events import Event
from apps.integrations.rules_pure.odcs import Contract, Object, read
from apps.integrations.rules_pure.reading import Unreadable
from apps.kernel import clock
from apps.kernel.actors import Actor
from apps.kernel.errors import Invalid
from apps.kernel.permissions import Permission

COUNTED = (Dataset, Field, QualityCheck)


@operation(Event.CONTRACT_IMPORTED, needs=Permission.INTEGRATIONS_INTAKE_SEND)
def import_contract(*, actor: Actor, platform: Platform, content: bytes, name: str = "") -> dict[str, Any]:
    """Take over a contract; the same again changes nothing. A known version with other words is taken and said.

    One that came before what is on record now, or is of an older version, is kept and changes no dataset.
    """
    try:
        contract = read(content, name)
    except Unreadable as problem:
        raise Invalid({"files": [str(problem)]}) from None
    row, superseded, changed_silently = _keep(contract)
    before = {model.__name__: model.objects.count() for model in COUNTED}
    datasets = [] if superseded else [_take_over(actor, platform, contract, one) for one in contract.objects]
    row.datasets.add(*datasets)
    return {
        "contract": str(row.pk),
        "datasets": len(contract.objects),
        "columns": sum(len(one.properties) for one in contract.objects),
        "rules": sum(len(one.rules) for one in contract.objects),
        "changed_without_new_version": changed_silently,
        "superseded": superseded,
        **{f"made_{model.__name__}": model.objects.count() - before[model.__name__] for model in COUNTED},
    }


def _keep(contract: Contract) -> tuple[DataContract, bool, bool]:
    """Keep the contract; tell whether a newer one is on record, and whether its version was known with other words."""
    text = json.dumps(contract.body, sort_keys=True, ensure_ascii=False)
    digest = hashlib.sha256(text.encode()).hexdigest()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 2))", [contract.identifier])
    known = DataContract.objects.filter(contract_id=contract.identifier, contract_version=contract.version)
    newest = DataContract.objects.filter(contract_id=contract.identifier).order_by("-taken_over_at", "-id").first()
    row = known.filter(digest=digest).first()
    if row is not None:
        return row, newest is not None and newest.pk != row.pk, False
    changed_silently = known.exists()
    superseded = newest is not None and _number(contract.version) < _number(newest.contract_version)
    row = DataContract.objects.create(
        contract_id=contract.identifier,
        contract_version=contract.version,
        name=contract.name,
        status=contract.status,
        body=contract.body,
        digest=digest,
        # An older version that arrives late stays older than what is on record.
        taken_over_at=newest.taken_over_at - timedelta(microseconds=1) if newest and superseded else clock.now(),
    )
    return row, superseded, changed_silently


def _number(version: str) -> tuple[int, ...]:
    """Return a version's numbers, to tell which of two is older; none at all: as old as any."""
    return tuple(int(part) for part in re.findall(r"\d{1,9}", version)[:4])


def _take_over(actor: Actor, platform: Platform, contract: Contract, one: Object) -> Dataset:
    dataset: Dataset = catalog.observe_dataset(actor=actor, namespace=platform.namespace, name=one.name)
    now = clock.now()
    fields = [
        catalog.FieldSeen(
            seen.path,
            seen.data_type,
            seen.description,
            nullable=None if seen.required is None else not seen.required,
            primary_key=seen.primary_key,
            tags=seen.tags,
        )
        for seen in one.properties
    ]
    if fields and _says_more(dataset, fields):
        catalog.observe_schema(actor=actor, dataset=dataset, fields=fields, as_of=now, complete=False, overwrite=False)
    if (one.description and not dataset.description) or set(one.tags) - set(dataset.tags):
        catalog.observe_facts(actor=actor, dataset=dataset, at=now, description=one.description, tags=one.tags)
    for rule in one.rules:
        catalog.define_check(
            actor=actor,
            dataset=dataset,
            source="contract",
            external_id=f"{contract.identifier} {rule.identifier}",
            name=rule.name,
            kind=rule.kind,
            field=rule.field,
            expectation=rule.expectation,
        )
    if contract.retention_days is not None:
        catalog.set_policy(
            actor=actor,
            dataset=dataset,
            days=contract.retention_days,
            source=RetentionSource.CONTRACT,
            basis=f"{contract.name or contract.identifier} {contract.version}",
        )
    if contract.fresh_within_minutes is not None and dataset.fresh_within_minutes is None:
        catalog.promise_freshness(actor=actor, dataset=dataset, minutes=contract.fresh_within_minutes)
    return dataset


def _says_more(dataset: Dataset, fields: list[catalog.FieldSeen]) -> bool:
    """Tell whether a contract says anything about fields that the record does not."""
    known = {one.path: one for one in Field.objects.filter(dataset=dataset)}
    return any(
        seen.path not in known
        or (seen.data_type and known[seen.path].data_type != seen.data_type)
        or (seen.description and not known[seen.path].description)
        or set(seen.tags) - set(known[seen.path].tags)
        or (seen.primary_key and not known[seen.path].primary_key)
        for seen in fields
    )
