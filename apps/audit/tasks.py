"""What the ledger does in the background; the scheduler also calls `operations.sealing.seal_once` by itself."""

from __future__ import annotations

from celery import shared_task

from apps.kernel.actors import Actor

from .models import Verification
from .operations import verifying

SCHEDULER = Actor.system("beat")


@shared_task(name="audit.verify")
def verify(*, verification: str, **_extra: object) -> None:
    """Run a verification that was asked for."""
    found = Verification.objects.filter(pk=verification).first()
    if found is not None:
        verifying.run_verification(verification=found, actor=SCHEDULER)


@shared_task(name="audit.verify_all")
def verify_all(**_extra: object) -> None:
    """Verify the whole ledger, as the nightly schedule asks."""
    asked = verifying.request_verification(actor=SCHEDULER, in_background=False)
    verifying.run_verification(verification=asked, actor=SCHEDULER)
