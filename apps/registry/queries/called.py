"""Which calls of models were decided, as far as a person may know of them."""

from __future__ import annotations

from typing import Any

from django.db.models import CharField, Func, OuterRef, Q, Subquery, Value

from apps.accounts.models import ServiceIdentity
from apps.accounts.reach import holds, holds_on, reach
from apps.catalog.models import AccessKind, AccessRecord
from apps.inventory.models import AISystem
from apps.kernel.authorisation import EVERYWHERE
from apps.kernel.permissions import Permission
from apps.registry.models import AIModel

LOG = Permission.REGISTRY_ACCESS_VIEW_LOG


def calls_visible_to(person: Any) -> Any:
    """Return calls of a person, their systems and services, and of models and systems whose log they see; newest last.

    A log that somebody sees everywhere holds the questions about unknown names as well.
    """
    # Calls are about no dataset: by that the index on datasets finds them in the order of time.
    rows = AccessRecord.objects.filter(dataset=None, kind=AccessKind.CALL)
    rows = rows.annotate(
        model_key=Func("dataset_label", Value("@"), Value(1), function="split_part", output_field=CharField())
    )
    if not getattr(person, "is_active", False):
        return rows.none()
    if holds_on(person, LOG, EVERYWHERE):
        return rows
    systems = Q(owner_id=person.pk) | Q(deputy_id=person.pk)
    models = Q(owner_id=person.pk)
    if holds(person, LOG):
        systems |= Q(pk__in=AISystem.objects.visible_to(person).filter(reach(person, LOG)).values("pk"))
        models |= reach(person, LOG)
    return rows.filter(
        Q(subject_kind="person", subject_id=person.pk)
        | Q(subject_kind="system", subject_id__in=AISystem.objects.filter(systems).values("pk"))
        | Q(subject_kind="service", subject_id__in=ServiceIdentity.objects.filter(owner_id=person.pk).values("pk"))
        | Q(model_key__in=AIModel.objects.filter(models).values("key"))
    )


def with_names(rows: Any, person: Any) -> Any:
    """Name the people, systems and models, which the log holds by id or key only; systems that one may know of."""
    systems = AISystem.objects.visible_to(person).order_by().filter(pk=OuterRef("subject_id")).values("name")[:1]
    models = AIModel.objects.filter(key=OuterRef("model_key")).values("name")[:1]
    return rows.with_names().annotate(system_name=Subquery(systems), model_name=Subquery(models))
