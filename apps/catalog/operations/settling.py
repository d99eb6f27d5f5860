"""The one step that writes what counts: from what is said of fields to their class, their dataset's, and what a rise opens."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import connection

from apps.catalog.models import DataGrant, Dataset, DatasetUse, Field
from apps.catalog.queries import classification as queries
from apps.catalog.rules_pure.classification.counting import Class, counting, falls_far, meanwhile, of_dataset
from apps.catalog.rules_pure.fitting import PERSONAL
from apps.kernel import clock
from apps.kernel.actors import Actor
from apps.kernel.deferral import defer

from .datasets import look_again
from .grants import hold_back_grants
from .hands import defer_carrying, hand_of

# The columns that are written set-wise, with their types.
_COLUMNS = {
    "level": "text", "categories": "text[]", "suggested_level": "text", "suggested_categories": "text[]",
    "suggested_reason": "text", "suggested_confidence": "int", "suggested_rules": "text[]", "suggested_at": "timestamptz",
    "confirmed_level": "text", "confirmed_categories": "text[]", "confirmed_reason": "text", "confirmed_by_id": "uuid",
    "confirmed_at": "timestamptz", "carried_level": "text", "carried_categories": "text[]", "carried_reason": "text",
    "carried_at": "timestamptz",
}  # fmt: skip


def write_fields(rows: Iterable[dict[str, Any]]) -> None:
    """Write columns of many fields in one statement; every row names the same columns, and its `id`."""
    found = list(rows)
    if not found:
        return
    names = [name for name in found[0] if name != "id"]
    declared = ", ".join(f"{name} {_COLUMNS[name]}" for name in names)
    assigned = ", ".join(f"{name} = given.{name}" for name in names)
    statement = (  # the names are those of _COLUMNS, never input
        f"UPDATE {Field._meta.db_table} AS field SET {assigned} "
        f"FROM jsonb_to_recordset(%s::jsonb) AS given(id uuid, {declared}) WHERE field.id = given.id"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [json.dumps(found, default=_plain)])


def _plain(value: Any) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def settle(
    actor: Actor, datasets: Iterable[Any], because: str, *, onward: bool = True, agreed: bool = False, by: str = ""
) -> None:
    """Write what counts now for the fields of datasets and for these, and open again what relied on less.

    `onward` has lineage carry on what changed; whoever carries already has done so. A far fall waits for a second
    person, unless this is that person (`agreed`); whoever did it (`by`: whoever had the portal do it) is none.
    """
    by = by or hand_of(actor)
    wanted = sorted(set(datasets), key=str)
    classes: dict[Any, list[Class]] = {pk: [] for pk in wanted}
    rows, moved = [], set()
    for field in queries.said_of(dataset__in=wanted):
        counts = counting(field.said)
        if field.present:
            classes[field.dataset_id].append(counts)
        if counts != field.counted:
            rows.append({"id": field.pk, "level": counts.level, "categories": sorted(counts.categories)})
            moved.add(field.dataset_id)
    write_fields(rows)
    for dataset in Dataset.objects.filter(pk__in=wanted).select_for_update(no_key=True).order_by("pk"):
        _settle_dataset(actor, dataset, classes[dataset.pk], because, agreed, by)
    for pk in sorted(moved, key=str) if onward else ():
        defer_carrying(by, pk)


def _settle_dataset(actor: Actor, dataset: Dataset, fields: list[Class], because: str, agreed: bool, by: str) -> None:
    declared = Class(dataset.declared_level, frozenset(dataset.declared_categories))
    before, after = Class(dataset.level, frozenset(dataset.categories)), of_dataset(declared, fields)
    if agreed:
        _stop_falling(dataset)
    elif falls_far(before, after):
        _let_wait(dataset, after, by)
        after = meanwhile(before, after)
    elif dataset.falling_since is not None:
        _stop_falling(dataset)
    if before == after:
        look_again(dataset)
        return
    dataset.level, dataset.categories = after.level, sorted(after.categories)
    dataset.updated_at = clock.now()
    dataset.save(update_fields=["level", "categories", "updated_at"])
    gained = bool((after.categories - before.categories) & PERSONAL)
    # Each grant's own level decides whether the data is above it now; about people now: all are decided anew.
    if DataGrant.objects.filter(dataset=dataset, revoked_at=None, valid_until__gt=clock.now()).exists():
        hold_back_grants(actor=actor, dataset=dataset, reason=because, every=gained)
    _look_at_what_depends(dataset)


FALLING = ("falling_since", "falling_level", "falling_categories", "falling_by")


def _let_wait(dataset: Dataset, after: Class, by: str) -> None:
    """Keep what the data would fall to, and everybody who had a hand in it."""
    hands = {*dataset.falling_by, *([UUID(by)] if by else [])}
    wanted = (after.level, sorted(after.categories), sorted(hands))
    if dataset.falling_since is not None and wanted == (
        dataset.falling_level,
        dataset.falling_categories,
        dataset.falling_by,
    ):
        return
    dataset.falling_since = clock.now()
    dataset.falling_level, dataset.falling_categories, dataset.falling_by = wanted
    dataset.save(update_fields=FALLING)


def _stop_falling(dataset: Dataset) -> None:
    dataset.falling_since, dataset.falling_level, dataset.falling_categories, dataset.falling_by = None, "", [], []
    dataset.save(update_fields=FALLING)


def _look_at_what_depends(dataset: Dataset) -> None:
    """Have the rules look again at the dataset, at the systems that work with it and at their use cases."""
    look_again(dataset)
    uses = DatasetUse.objects.filter(dataset=dataset, ended_at=None).values_list("system_id", "use_case_id")
    systems = {system for system, _case in uses} | set(queries.systems_granted(dataset))
    for system in sorted(systems, key=str):
        defer("compliance.evaluate", subject_type="inventory.system", subject_id=str(system))
    for case in sorted({case for _system, case in uses if case}, key=str):
        defer("compliance.evaluate", subject_type="inventory.use_case", subject_id=str(case))
