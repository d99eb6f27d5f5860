"""Which AI systems work with which data, as their people say: declared, drawn as lineage, ended."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from apps.audit.operation import operation
from apps.catalog import permissions
from apps.catalog.events import Event
from apps.catalog.models import DataAction, Dataset, DatasetUse, LineageEdge, NodeKind, Standing
from apps.catalog.queries.processing import objections_to_use
from apps.inventory.models import AISystem, UseCase
from apps.inventory.operations.checks import need_reason
from apps.kernel import clock
from apps.kernel.actors import Actor
from apps.kernel.decision import Denied
from apps.kernel.deferral import defer
from apps.kernel.errors import Invalid, Refused

from .datasets import look_again


@operation(Event.USE_DECLARED, needs=None, subject="dataset", may=permissions.may_declare_use)
def declare_use(
    *, actor: Actor, dataset: Dataset, system: AISystem, use_case: UseCase | None = None, action: str = DataAction.READ
) -> DatasetUse:
    """Say that a system works with a dataset for a use case; refused when the processing register has none for it.

    The line is drawn in the lineage at once. What was approved for the system becomes stale: it works with more data.
    """
    _check(dataset, system, use_case, action)
    held_against = objections_to_use(dataset, use_case, action)
    if held_against:
        first = held_against[0]
        raise Refused(Denied(f"{first.sentence} ({first.rule})"))
    now = clock.now()
    use = DatasetUse.objects.create(
        dataset=dataset,
        system=system,
        use_case=use_case,
        action=action,
        declared_by_id=actor.id if actor.is_person else None,
        declared_at=now,
    )
    _draw(use, now)
    _look_again(use)
    return use


@operation(Event.USE_ENDED, needs=None, subject="dataset", may=permissions.may_end_use)
def end_use(*, actor: Actor, dataset: Dataset, use: DatasetUse, reason: str) -> Dataset:
    """Say that a system does not work with a dataset any more; its line ends with the last use that drew it."""
    need_reason(reason)
    if use.dataset_id != dataset.pk:
        raise Invalid({"use": [_("This use is of another dataset.")]})
    if use.ended_at is not None:
        raise Invalid({"use": [_("This use has ended already.")]})
    use.ended_at = clock.now()
    use.save(update_fields=["ended_at"])
    _end_line(use)
    _look_again(use)
    return dataset


def _check(dataset: Dataset, system: AISystem, use_case: UseCase | None, action: str) -> None:
    problems: dict[str, list[str]] = {}
    if action not in DataAction.values:
        problems["action"] = [_("Read, train or write.")]
    if dataset.dropped_at is not None:
        problems["dataset"] = [_("This dataset is gone from its platform.")]
    if system.merged_into_id:
        problems["system"] = [_("This record was merged into another; name that one.")]
    if use_case is not None and not system.use_cases.filter(pk=use_case.pk).exists():
        problems["use_case"] = [_("The system does not serve this use case.")]
    if not problems:
        same = DatasetUse.objects.filter(dataset=dataset, system=system, use_case=use_case, action=action)
        if same.filter(ended_at=None).exists():
            problems["dataset"] = [_("This use is declared already.")]
    if problems:
        raise Invalid(problems)


def _ends(use: DatasetUse) -> tuple[tuple[Any, str], tuple[Any, str]]:
    """Return where the use's line begins and where it leads."""
    data, system = (use.dataset_id, NodeKind.DATASET), (use.system_id, NodeKind.SYSTEM)
    return (system, data) if use.action == DataAction.WRITE else (data, system)


def _draw(use: DatasetUse, at: Any) -> None:
    """Draw the line of a use, or open it again; what a tool has seen stays observed."""
    (source, source_kind), (target, target_kind) = _ends(use)
    times = {"first_seen": at, "last_seen": at}
    kinds = {"source_kind": source_kind, "target_kind": target_kind, "standing": Standing.DECLARED}
    edge, made = LineageEdge.objects.get_or_create(source_id=source, target_id=target, defaults=kinds | times)
    if not made and (edge.ended_at is not None or edge.last_seen < at):
        edge.ended_at, edge.last_seen = None, max(edge.last_seen, at)
        edge.save(update_fields=["ended_at", "last_seen"])


def _end_line(use: DatasetUse) -> None:
    """End the line of a use unless another use draws it, or a tool has seen it."""
    others = DatasetUse.objects.filter(dataset_id=use.dataset_id, system_id=use.system_id, ended_at=None)
    others = others.exclude(pk=use.pk)
    writing = use.action == DataAction.WRITE
    same_way = others.filter(action=DataAction.WRITE) if writing else others.exclude(action=DataAction.WRITE)
    if same_way.exists():
        return
    (source, _kind), (target, _other_kind) = _ends(use)
    line = LineageEdge.objects.filter(source_id=source, target_id=target, standing=Standing.DECLARED, ended_at=None)
    line.update(ended_at=use.ended_at)


def _look_again(use: DatasetUse) -> None:
    look_again(use.dataset)
    defer("compliance.evaluate", subject_type="inventory.system", subject_id=str(use.system_id))
    if use.use_case_id:
        defer("compliance.evaluate", subject_type="inventory.use_case", subject_id=str(use.use_case_id))
