"""Lines that people draw and end, and telling those downstream that something changes."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from apps.audit.operation import operation
from apps.catalog import permissions
from apps.catalog.events import Event
from apps.catalog.models import Dataset, Job, LineageEdge, NodeKind, Standing
from apps.catalog.queries.impact import concerned_by, downstream
from apps.inventory.operations.checks import need_reason
from apps.kernel import clock
from apps.kernel.actors import Actor
from apps.kernel.errors import Invalid
from apps.work.operations import send_notice

from .datasets import look_again

# Jobs that no tool knows of, but people do.
DECLARED_JOBS = "declared"


@operation(Event.LINEAGE_DECLARED, needs=None, subject="dataset", may=permissions.may_edit_dataset)
def declare_flow(*, actor: Actor, dataset: Dataset, source: Dataset, job: str) -> Dataset:
    """Say that a dataset is filled from another, by a job that is known by its name; an ended line opens again."""
    name = job.strip()
    problems: dict[str, list[str]] = {}
    if source.pk == dataset.pk:
        problems["source"] = [_("A dataset is not filled from itself.")]
    if not name or len(name) > 300:
        problems["job"] = [_("Name the job in at most 300 characters.")]
    if dataset.dropped_at is not None:
        problems["dataset"] = [_("This dataset is gone from its platform.")]
    if problems:
        raise Invalid(problems)
    made = Job.objects.filter(name=name).order_by("created_at").first()
    if made is None:
        made = Job.objects.create(namespace=DECLARED_JOBS, name=name)
    now = clock.now()
    _draw(source.pk, NodeKind.DATASET, made.pk, NodeKind.JOB, now)
    _draw(made.pk, NodeKind.JOB, dataset.pk, NodeKind.DATASET, now)
    look_again(dataset)
    return dataset


@operation(Event.LINEAGE_ENDED, needs=None, subject="dataset", may=permissions.may_edit_dataset)
def end_line(*, actor: Actor, dataset: Dataset, line: UUID, reason: str) -> Dataset:
    """Say that a line to or from a dataset does not hold any more; a tool that sees it again opens it again."""
    need_reason(reason)
    found = LineageEdge.objects.filter(pk=line).first()
    if found is None or dataset.pk not in (found.source_id, found.target_id):
        raise Invalid({"line": [_("This line does not touch the dataset.")]})
    if found.ended_at is not None:
        raise Invalid({"line": [_("This line has ended already.")]})
    if NodeKind.SYSTEM in (found.source_kind, found.target_kind) and found.standing == Standing.DECLARED:
        raise Invalid({"line": [_("This line is a declared use: end the use.")]})
    found.ended_at = clock.now()
    found.save(update_fields=["ended_at"])
    look_again(dataset)
    return dataset


@operation(Event.CHANGE_ANNOUNCED, needs=None, subject="dataset", may=permissions.may_edit_dataset)
def announce_change(*, actor: Actor, dataset: Dataset, message: str) -> Dataset:
    """Tell everybody who answers for something downstream what changes, each once.

    Who may not know of the dataset is told about their own record: that something upstream of it changes.
    """
    words = message.strip()
    if not words or len(words) > 200:
        raise Invalid({"message": [_("Say in at most 200 characters what changes.")]})
    for one in concerned_by(downstream(dataset)):
        if str(one.person.pk) == actor.id:
            continue
        knows = Dataset.objects.visible_to(one.person).filter(pk=dataset.pk).exists()
        about: Any = dataset if knows else one.record
        text = _("%(key)s changes: %(words)s") if knows else _("Upstream of %(key)s something changes: %(words)s")
        send_notice(
            actor=actor, person=one.person, text=text % {"key": about.key, "words": words}, about=about, kind="lineage"
        )
    return dataset


def _draw(source: Any, source_kind: str, target: Any, target_kind: str, at: Any) -> None:
    """Draw a declared line, or open it again; what a tool has seen stays observed."""
    edge, made = LineageEdge.objects.get_or_create(
        source_id=source,
        target_id=target,
        defaults={
            "source_kind": source_kind, "target_kind": target_kind, "standing": Standing.DECLARED, "first_seen": at,
            "last_seen": at,
        },
    )  # fmt: skip
    if not made and edge.ended_at is not None:
        edge.ended_at, edge.last_seen = None, max(edge.last_seen, at)
        edge.save(update_fields=["ended_at", "last_seen"])
