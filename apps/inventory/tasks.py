"""What the inventory does in the background: imports, some rows at a time, each time in a transaction of its own."""

from __future__ import annotations

from datetime import timedelta
from time import monotonic

from celery import shared_task

from apps.inventory import operations
from apps.inventory.models import Import
from apps.kernel import clock, correlation
from apps.kernel.actors import Actor
from apps.kernel.errors import GatehouseError

SCHEDULER = Actor.system("beat")
# A task ends well before the queue takes it for lost; it asks for its own continuation.
LONGEST_SECONDS = 300
STALLED_AFTER = timedelta(seconds=90)


@shared_task(name="inventory.run_import")
def run_import(*, batch: str, **_extra: object) -> None:
    """Go on with an import from the first row not done; a repeat of this task does no harm."""
    found = Import.objects.select_related("requested_by").filter(pk=batch).first()
    if found is None or not found.is_under_way:
        return
    with correlation.correlated(str(found.pk)):
        run_for(found, actor_of(found), seconds=LONGEST_SECONDS)


def actor_of(batch: Import) -> Actor:
    """Return whoever asked for the import; their rights are asked again with every chunk."""
    if batch.requested_by is not None:
        return batch.requested_by.as_actor(origin="task")
    return SCHEDULER


def run_for(batch: Import, actor: Actor, *, seconds: float) -> bool:
    """Take chunks until the import ends or the time is up; then ask for its continuation. Tell whether it ended."""
    end = monotonic() + seconds
    try:
        while operations.advance_import(actor=actor, batch=batch):
            if monotonic() > end:
                operations.continue_import(actor=actor, batch=batch)
                return False
    except GatehouseError as problem:
        batch.refresh_from_db()
        if batch.is_under_way:
            operations.stop_import(actor=SCHEDULER, batch=batch, because=problem.message)
    return True


@shared_task(name="inventory.resume_imports")
def resume_imports(**_extra: object) -> None:
    """Take up imports whose worker died: those that have not moved for a while."""
    for batch in Import.objects.unfinished().filter(advanced_at__lt=clock.now() - STALLED_AFTER):
        operations.continue_import(actor=SCHEDULER, batch=batch)
