"""The panel of comments on a record's page."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.kernel import subjects
from apps.kernel.panels import Panel, register

from .forms import CommentForm
from .models import Action, Comment


def _comments(request: Any, instance: Any) -> dict[str, Any] | None:
    name = subjects.type_name(instance)
    form = CommentForm(initial={"subject_type": name, "subject_id": str(instance.pk)})
    remarks = Comment.objects.about(instance).select_related("author", "resolved_by")
    return {"comments": list(remarks), "form": form}


def _owed(request: Any, instance: Any) -> dict[str, Any] | None:
    actions = list(Action.objects.about(instance).exclude(status__in=["accepted", "cancelled"]).select_related("owner"))
    return {"actions": actions} if actions else None


def register_all() -> None:
    """Offer comments and owed work on systems and use cases."""
    for subject in (
        "inventory.system",
        "inventory.use_case",
        "gates.review",
        "assessments.assessment",
        "monitoring.alert",
        "monitoring.incident",
    ):
        register(Panel(subject, "work.owed", _("Owed work"), "work/panels/owed.html", _owed, order=40))
        register(Panel(subject, "work.comments", _("Comments"), "work/panels/comments.html", _comments, order=90))
