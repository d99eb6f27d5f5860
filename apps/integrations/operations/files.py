"""Results of Great Expectations and DCAT-US catalogs taken over."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from apps.audit.operation import operation
from apps.catalog import operations as catalog
from apps.catalog.models import Dataset, Platform, QualityResult, Standing
from apps.integrations.events import Event
from apps.integrations.rules_pure import dcat, expectations
from apps.integrations.rules_pure.reading import Unreadable
from apps.kernel import clock
from apps.kernel.actors import Actor
from apps.kernel.errors import Invalid
from apps.kernel.permissions import Permission


@operation(Event.QUALITY_IMPORTED, needs=Permission.INTEGRATIONS_INTAKE_SEND)
def import_expectations(*, actor: Actor, dataset: Dataset, content: bytes, name: str = "") -> dict[str, Any]:
    """Take over what Great Expectations found on a dataset; the same run again changes nothing."""
    try:
        validations = expectations.read(content, name)
    except Unreadable as problem:
        raise Invalid({"files": [str(problem)]}) from None
    before = QualityResult.objects.filter(check_made__dataset=dataset).count()
    content_digest = hashlib.sha256(content).hexdigest()
    for validation in validations:
        at, run = _when(dataset, validation, content_digest)
        for one in validation.outcomes:
            check = catalog.define_check(
                actor=actor,
                dataset=dataset,
                source="great_expectations",
                external_id=one.identifier,
                name=one.name,
                kind=one.kind,
                field=one.field,
                expectation=one.expectation,
            )
            catalog.report_result(
                actor=actor,
                check=check,
                at=at,
                outcome=one.outcome,
                observed=one.observed,
                run_reference=run,
            )
    outcomes = [one.outcome for validation in validations for one in validation.outcomes]
    made = QualityResult.objects.filter(check_made__dataset=dataset).count() - before
    return {
        "validations": len(validations),
        "results": len(outcomes),
        "failed": outcomes.count("failed"),
        "made_QualityResult": made,
    }


def _when(dataset: Dataset, validation: expectations.Validation, digest: str) -> tuple[datetime, str]:
    """Return a validation's time and run; a file that says no time counts as of its first taking over."""
    if validation.at is not None:
        return validation.at, validation.run
    known = QualityResult.objects.filter(check_made__dataset=dataset, run_reference=digest).order_by("at").first()
    return (known.at if known else clock.now()), digest


@operation(Event.CATALOG_IMPORTED, needs=Permission.INTEGRATIONS_INTAKE_SEND)
def import_dcat(
    *, actor: Actor, platform: Platform, content: bytes, name: str = "", only_good: bool = False
) -> dict[str, Any]:
    """Take over a DCAT-US catalog: nothing when an entry is bad, or the good ones when the user chose so."""
    try:
        good, bad = dcat.read(content, name)
    except Unreadable as problem:
        raise Invalid({"files": [str(problem)]}) from None
    if bad and not only_good:
        more = [_("And %(n)s more.") % {"n": len(bad) - 50}] if len(bad) > 50 else []
        raise Invalid({"files": [*(str(one) for one in bad[:50]), *more]})
    before = Dataset.objects.count()
    for one in good:
        dataset = catalog.observe_dataset(actor=actor, namespace=platform.namespace, name=one.identifier)
        told = one.description if one.description != dataset.description else ""
        if told or set(one.tags) - set(dataset.tags):
            catalog.observe_facts(
                actor=actor, dataset=dataset, at=one.modified or clock.now(), description=told, tags=one.tags
            )
        if dataset.title != one.title and dataset.standing == Standing.OBSERVED:
            catalog.observe_title(actor=actor, dataset=dataset, title=one.title)
    made = Dataset.objects.count() - before
    return {"datasets": len(good), "made_Dataset": made, "refused": [str(one) for one in bad]}
