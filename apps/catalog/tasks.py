"""What the catalog does in the background; each task may run twice."""

from __future__ import annotations

import logging
from contextlib import suppress
from typing import Any

from celery import shared_task

from apps.catalog.operations import accesslog
from apps.catalog.queries import accesslog as queries
from apps.kernel.actors import Actor
from apps.kernel.errors import Conflict

logger = logging.getLogger("gatehouse.access_log")


@shared_task(name="catalog.suggest")
def suggest(*, dataset: str, by: str = "", **_rest: Any) -> None:
    """Suggest classifications for the fields of a dataset."""
    from apps.catalog import operations
    from apps.catalog.models import Dataset
    from apps.kernel.actors import Actor

    found = Dataset.objects.filter(pk=dataset).first()
    if found is not None:
        operations.suggest_fields(actor=Actor.system("beat"), dataset=found, by=by)


@shared_task(name="catalog.carry")
def carry(*, dataset: str, by: str = "", **_rest: Any) -> None:
    """Carry classifications along column lineage into a dataset, and on from there."""
    from apps.catalog import operations
    from apps.catalog.models import Dataset
    from apps.kernel.actors import Actor

    found = Dataset.objects.filter(pk=dataset).first()
    if found is not None:
        operations.carry_fields(actor=Actor.system("beat"), dataset=found, by=by)


@shared_task(name="catalog.compare_permissions")
def compare_permissions(*, platform: str, **_rest: Any) -> None:
    """Compare the datasets of a platform with what it really allows, after a new reading."""
    from apps.compliance.engine import evaluate
    from apps.kernel.rules import rule_named

    for name in ("PRM-001", "PRM-002"):
        rule = rule_named(name)
        if rule is not None:
            evaluate(rule)


@shared_task(name="catalog.access_nightly")
def access_nightly(**_rest: Any) -> None:
    """Revoke the grants of those who are gone, and tell the others two weeks before the end."""
    from apps.catalog import operations
    from apps.catalog.queries import access
    from apps.kernel.actors import Actor

    beat = Actor.system("beat")
    for grant in access.orphaned().select_related("dataset").order_by("pk"):
        # Somebody who revokes at the same moment must not keep the other grants standing.
        with suppress(Conflict):
            operations.revoke_grant(actor=beat, grant=grant, reason="Whoever it was given to is gone.")
    for grant in access.ending_soon().select_related("dataset").order_by("pk"):
        operations.announce_end(actor=beat, grant=grant)


@shared_task(name="catalog.campaigns_due")
def campaigns_due(**_rest: Any) -> None:
    """Close the campaigns whose day has passed; what nobody decided on is held back."""
    from apps.catalog import operations
    from apps.catalog.models import Campaign
    from apps.kernel import clock
    from apps.kernel.actors import Actor

    for campaign in Campaign.objects.under_way().filter(due_on__lt=clock.today()):
        with suppress(Conflict):
            operations.close_campaign(
                actor=Actor.system("beat"), campaign=campaign, reason="The day it was due has passed."
            )


@shared_task(name="catalog.alert_breach")
def alert_breach(*, check: str, at: str, **_rest: Any) -> None:
    """Tell the steward, and the owners of the systems downstream, that a quality check broke; each once."""
    from apps.catalog.models import Dataset, QualityCheck
    from apps.catalog.queries.quality import systems_concerned
    from apps.kernel.actors import Actor
    from apps.work.operations import send_notice

    found = QualityCheck.objects.select_related("dataset__steward").filter(pk=check).first()
    if found is None:
        return
    dataset, told = found.dataset, {}
    text = f"{dataset.key} {dataset.title}: “{found.name}” broke."
    if dataset.steward is not None:
        told[dataset.steward] = text, dataset
    for system in systems_concerned(dataset).select_related("owner"):
        if system.owner is None:
            continue
        # Who may not know of the data is told about their own record.
        if Dataset.objects.visible_to(system.owner).filter(pk=dataset.pk).exists():
            told.setdefault(system.owner, (f"{system.key} works with {text}", dataset))
        else:
            told.setdefault(system.owner, (f"Upstream of {system.key} a quality check broke.", system))
    for person, (words, about) in told.items():
        once = f"breach {check} {at} {person.pk}"
        send_notice(actor=Actor.system("beat"), person=person, text=words, about=about, once=once)


@shared_task(name="catalog.seal_access_log")
def seal_access_log(**_rest: Any) -> None:
    """Seal what the access log holds unsealed; a second sealer at a time does nothing."""
    accesslog.seal_access_log(actor=Actor.system("beat"))


@shared_task(name="catalog.make_access_months")
def make_access_months(**_rest: Any) -> None:
    """Make the parts of the access log for this month and the next two."""
    accesslog.make_months()


@shared_task(name="catalog.verify_access_log")
def verify_access_log(**_rest: Any) -> None:
    """Recompute every sealed batch of the access log; what does not fit is an error in the portal's log."""
    for problem in queries.verify_access_log().problems:
        logger.error("The access log does not verify: %s", problem)
