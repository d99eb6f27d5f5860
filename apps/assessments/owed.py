"""What assessments add to My work."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, time
from typing import Any

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.accounts.reach import holds, holds_on
from apps.kernel.owed import OwedItem, register
from apps.kernel.permissions import Permission

from .models import Answer, Assessment, AssessmentStatus, Classification
from .permissions import responsible_for

# Who may sign many departments sees the oldest; the list page has them all.
MOST = 50


def _to_answer(person: Any) -> Iterable[OwedItem]:
    mine = Assessment.objects.open().filter(assigned_to=person).select_related("system", "use_case", "assigned_by")
    for assessment in mine:
        returned = assessment.status == AssessmentStatus.CHANGES_REQUESTED
        yield OwedItem(
            kind=_("Assessment"),
            title=str(assessment),
            url=reverse("assessments:assessment", args=[assessment.key]),
            why=_("Changes are asked for")
            if returned
            else _("Assigned by %(name)s") % {"name": assessment.assigned_by},
            due=datetime.combine(assessment.due_on, time(23, 59), tzinfo=UTC),
            group="due",
            action=_("Change answers") if returned else _("Answer questions"),
        )


def _to_sign(person: Any) -> Iterable[OwedItem]:
    if not holds(person, Permission.ASSESSMENTS_ASSESSMENT_SIGN):
        return
    answered = Answer.objects.filter(assessment_id=OuterRef("pk"), answered_by_id=person.pk)
    waiting = Assessment.objects.visible_to(person).filter(~Exists(answered), status=AssessmentStatus.SUBMITTED)
    waiting = waiting.exclude(assigned_to=person).exclude(submitted_by=person).order_by("submitted_at")
    rows = waiting.select_related("system__department", "use_case__department", "submitted_by")
    for assessment in rows[:MOST]:
        allowed = holds_on(person, Permission.ASSESSMENTS_ASSESSMENT_SIGN, assessment)
        if allowed and str(person.pk) not in responsible_for(assessment.subject):
            yield OwedItem(
                kind=_("Signature"),
                title=str(assessment),
                url=reverse("assessments:review", args=[assessment.key]),
                why=_("Submitted by %(name)s") % {"name": assessment.submitted_by},
                group="waiting",
                action=_("Read and sign"),
            )


def _to_confirm(person: Any) -> Iterable[OwedItem]:
    if not holds(person, Permission.ASSESSMENTS_CLASSIFICATION_CONFIRM):
        return
    waiting = Classification.objects.visible_to(person).filter(
        needs_person=True, confirmed_by=None, assessment__status=AssessmentStatus.SIGNED
    )
    for classification in waiting.select_related("system", "use_case")[:MOST]:
        yield OwedItem(
            kind=_("Legal class"),
            title=f"{classification.get_legal_class_display()}: {classification.subject}",
            url=reverse("assessments:classification", args=[classification.pk]),
            why=_("The rules propose it; a person confirms it"),
            group="waiting",
            action=_("Confirm or correct"),
        )


def register_all() -> None:
    """Offer what waits for answers, signatures and confirmation."""
    register("assessments.answers", _to_answer)
    register("assessments.signatures", _to_sign)
    register("assessments.classifications", _to_confirm)
