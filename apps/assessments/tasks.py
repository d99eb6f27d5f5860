"""Background work about assessments."""

from __future__ import annotations

from typing import Any

from celery import shared_task

from apps.kernel import clock
from apps.kernel.actors import Actor

from . import operations
from .models import Assessment, AssessmentStatus


@shared_task(name="assessments.expire")
def expire(**_extra: Any) -> int:
    """Mark every assessment whose day has passed; return how many."""
    past = Assessment.objects.filter(status=AssessmentStatus.SIGNED, expires_on__lt=clock.today())
    for assessment in past:
        operations.expire_assessment(actor=Actor.system("beat"), assessment=assessment)
    return len(past)
