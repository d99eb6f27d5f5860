"""Background work of gates."""

from __future__ import annotations

from typing import Any

from celery import shared_task
from django.utils.translation import gettext as _

from apps.kernel.actors import Actor
from apps.work.operations import send_notice

from .models import Review
from .operations import reviewers_of


@shared_task(name="gates.announce")
def announce(*, review: str, **_extra: Any) -> None:
    """Tell those who may decide that a review waits; each once."""
    found = Review.objects.select_related("system", "policy").filter(pk=review, state="waiting").first()
    for person in reviewers_of(found) if found else ():
        text = _("A review waits for you: %(review)s") % {"review": found}
        send_notice(
            actor=Actor.system("beat"),
            person=person,
            text=text,
            about=found,
            kind="review",
            once=f"{found.pk}:{person.pk}",
        )
