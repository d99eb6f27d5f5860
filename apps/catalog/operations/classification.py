"""Classification: what is suggested, confirmed by people, carried by lineage, and what a rise opens again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from apps.audit.operation import operation
from apps.catalog import permissions
from apps.catalog.events import Event
from apps.catalog.models import Category, Dataset, Field, Level
from apps.catalog.queries import classification as queries
from apps.catalog.rules_pure.classification.carrying import carry, path_of, reason_of, risen_at
from apps.catalog.rules_pure.classification.counting import Class, counting, made
from apps.catalog.rules_pure.classification.suggesting import suggest
from apps.inventory.operations.checks import check_words, need_reason
from apps.kernel import clock
from apps.kernel.actors import Actor
from apps.kernel.errors import Conflict, Invalid

from .settling import settle, write_fields


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What a person says of a field; `seen` is the field's `class_token` as they saw it (empty: not compared)."""

    path: str
    level: str
    categories: Sequence[str] = ()
    seen: str = ""


@operation(Event.CLASSIFICATION_SUGGESTED, needs=None, subject="dataset", may=permissions.may_suggest)
def suggest_fields(*, actor: Actor, dataset: Dataset, by: str = "") -> int:
    """Suggest classes for a dataset's fields, from everything but their values; return how many suggestions changed.

    `by` is the person whose change had the portal look.
    """
    described, glossary, now = queries.described_fields(dataset), queries.glossary_known(), clock.now()
    rows = []
    for field, given in described:
        found = suggest(given, glossary)
        if not found.classified.covers(made(field.suggested_level, field.suggested_categories)):
            # What tools and words say may raise a class; that it falls, a person says.
            continue
        level, categories = found.classified.level, sorted(found.classified.categories)
        known = (field.suggested_level, sorted(field.suggested_categories), field.suggested_reason)
        if known != (level, categories, found.reason):
            same = known[:2] == (level, categories) and field.suggested_at
            rows.append({
                "id": field.pk, "suggested_level": level, "suggested_categories": categories,
                "suggested_reason": found.reason, "suggested_confidence": found.confidence,
                "suggested_rules": list(found.rules), "suggested_at": field.suggested_at if same else now,
            })  # fmt: skip
    write_fields(rows)
    settle(actor, [dataset.pk], _("A suggestion: the data is more than it was when this was decided."), by=by)
    return len(rows)


@operation(Event.CLASSIFICATION_CONFIRMED, needs=None, subject="dataset", may=permissions.may_classify)
def confirm_fields(
    *, actor: Actor, dataset: Dataset, confirmations: Sequence[Confirmation], reason: str = ""
) -> Dataset:
    """Say how fields are classified. Less than what is suggested or carried takes a reason; so does less than before."""
    wanted = {one.path: one for one in confirmations}
    fields = list(Field.objects.filter(dataset=dataset, path__in=wanted).select_for_update().order_by("pk"))
    _check_known(wanted, fields)
    _check_unchanged(wanted, fields)
    given = {field.path: _given(wanted[field.path]) for field in fields}
    lowering = [field.path for field in fields if not given[field.path].covers(queries.known_of(field))]
    if lowering:
        sentence = _("Say why this is less than what is known of it: %(paths)s") % {"paths": ", ".join(lowering[:8])}
        reason = need_reason(reason, sentence)
    check_words({"reason": reason})
    now = clock.now()
    write_fields(
        {
            "id": field.pk, "confirmed_level": given[field.path].level,
            "confirmed_categories": sorted(given[field.path].categories), "confirmed_reason": reason.strip(),
            "confirmed_by_id": actor.id, "confirmed_at": now,
        }
        for field in fields
    )  # fmt: skip
    settle(actor, [dataset.pk], _("The data was classified higher than it was when this was decided."))
    dataset.refresh_from_db()
    return dataset


@operation(Event.CLASSIFICATION_DECLARED, needs=None, subject="dataset", may=permissions.may_classify)
def declare_class(
    *, actor: Actor, dataset: Dataset, level: str, reason: str, categories: Sequence[str] = ()
) -> Dataset:
    """Say how a dataset as a whole is classified (streams, files); its fields may raise it, never lower it."""
    given = _given(Confirmation("", level, categories)) if level else Class()
    dataset.declared_level, dataset.declared_categories = given.level, sorted(given.categories)
    dataset.declared_reason = need_reason(reason)
    dataset.classified_by_id, dataset.classified_at = actor.id, clock.now()
    dataset.save(
        update_fields=["declared_level", "declared_categories", "declared_reason", "classified_by", "classified_at"]
    )
    settle(actor, [dataset.pk], _("The data was classified higher than it was when this was decided."))
    dataset.refresh_from_db()
    return dataset


@operation(Event.CLASSIFICATION_FALL_AGREED, needs=None, subject="dataset", may=permissions.may_agree_to_fall)
def agree_to_fall(*, actor: Actor, dataset: Dataset, reason: str, seen: str = "") -> Dataset:
    """Agree, as a second person, that data is less than it was; `seen` is the `falling_token` of what one agrees to."""
    need_reason(reason, _("Say why you agree."))
    check_words({"reason": reason})
    if seen and seen != queries.falling_token(dataset):
        raise Conflict(_("Meanwhile it would fall to something else. Look at it and decide again."))
    settle(actor, [dataset.pk], reason.strip(), agreed=True)
    dataset.refresh_from_db()
    return dataset


@operation(Event.CLASSIFICATION_CARRIED, needs=None, within_reach_of="dataset", may=permissions.may_suggest)
def carry_fields(*, actor: Actor, dataset: Dataset, by: str = "") -> int:
    """Carry classes along the lines between fields into a dataset and on from there; return how many fields changed.

    `by` is the person whose change had the portal look.
    """
    with connection.cursor() as cursor:
        # One at a time, and before any row is held: two on the same path would wait for each other.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('catalog.carry', 0))")
    reached = queries.reached_from(dataset)
    lines, outside = queries.lines_into(reached)
    now = clock.now()
    arrived = carry({pk: one.said for pk, one in reached.items()}, lines, outside, now)
    changed = [pk for pk, one in reached.items() if arrived[pk].carried != one.said.carried]
    paths = {pk: path_of(arrived, pk) for pk, one in reached.items() if arrived[pk].line or one.reason}
    names = queries.names_of({end for path in paths.values() for line in path for end in (line.source, line.target)})
    rows, touched = [], set()
    for pk, one in reached.items():
        reason = reason_of(paths.get(pk, []), names)
        carried = arrived[pk].carried
        if carried != one.said.carried or reason != one.reason:
            since = risen_at(one.said, carried, now)
            counts = counting(replace(one.said, carried=carried, carried_at=since))
            rows.append({
                "id": pk, "carried_level": carried.level, "carried_categories": sorted(carried.categories),
                "carried_reason": reason, "carried_at": since, "level": counts.level,
                "categories": sorted(counts.categories),
            })  # fmt: skip
            touched.add(one.dataset_id)
    write_fields(rows)
    because = _("Lineage carries more into the data than was known when this was decided.")
    settle(actor, touched, because, onward=False, by=by)
    return len(changed)


def _given(one: Confirmation) -> Class:
    if one.level not in Level.values:
        raise Invalid({"level": [_("Choose a level for “%(path)s”.") % {"path": one.path or _("the dataset")}]})
    if set(one.categories) - set(Category.values):
        raise Invalid({"categories": [_("This is no category.")]})
    return made(one.level, one.categories)


def _check_known(wanted: dict[str, Confirmation], fields: Iterable[Field]) -> None:
    unknown = sorted(set(wanted) - {field.path for field in fields})
    if unknown or not wanted:
        text = _("There is no field “%(path)s”.") % {"path": unknown[0]} if unknown else _("Choose at least one field.")
        raise Invalid({"path": [text]})


def _check_unchanged(wanted: dict[str, Confirmation], fields: Iterable[Any]) -> None:
    """Refuse what somebody decided without knowing what another one said meanwhile of the same field."""
    changed = [field for field in fields if wanted[field.path].seen not in ("", queries.class_token(field))]
    if changed:
        names = ", ".join(field.path for field in changed[:8])
        raise Conflict(
            _("Meanwhile something else was said of %(paths)s. Look at it and decide again.") % {"paths": names},
            theirs=changed,
        )
