"""Background work of gates."""

from __future__ import annotations

from typing import Any

from celery import shared_task
from django.utils.translation import gettext as _

from apps.kernel.actors import Actor
from apps.work.operations import send_notice

from . import queries
from .models import OPEN_STATES, Review
from .operations import expire_review, reviewers_of


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


@shared_task(name="gates.expire")
def expire(**_extra: Any) -> None:
    """Close the reviews that waited too long."""
    standing = Review.objects.filter(state__in=OPEN_STATES).select_related("policy").summarised()
    for review in standing.iterator(chunk_size=200):
        if queries.has_lapsed(review):
            expire_review(actor=Actor.system("beat"), review=review)
