"""What is said of fields, where classes flow, and what waits for a person to confirm it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Case, Count, Exists, F, IntegerField, Max, Min, OuterRef, Q, Subquery, Value, When
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from apps.accounts.reach import reach
from apps.catalog.models import (
    Category,
    DataGrant,
    Dataset,
    DatasetUse,
    Field,
    FieldEdge,
    GlossaryTerm,
    Level,
    LineageEdge,
)
from apps.catalog.rules_pure.classification.carrying import Line
from apps.catalog.rules_pure.classification.counting import RANKS, Class, Said
from apps.catalog.rules_pure.classification.suggesting import Described, Term
from apps.inventory.models import AISystem
from apps.kernel import clock
from apps.kernel.permissions import Permission

WAITS_DAYS = 30
PERSONAL = ["personal", "special_category", "health"]
SPECIAL = ["special_category", "health"]
# Every field that values of a dataset's fields flow into, over any number of lines; UNION ends circles.
REACHED = """
WITH RECURSIVE flow(id) AS (
    SELECT id FROM catalog_field WHERE dataset_id = %s
    UNION
    SELECT edge.target_id FROM flow JOIN catalog_fieldedge AS edge ON edge.source_id = flow.id AND edge.kind = 'DIRECT'
)
SELECT id FROM flow
"""
_SAID = (
    "pk", "dataset_id", "absent_since", "level", "categories", "suggested_level", "suggested_categories", "carried_level",
    "carried_categories", "carried_at", "carried_reason", "confirmed_level", "confirmed_categories", "confirmed_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class FieldSaid:
    """A field with everything that is said of it, and what counted until now."""

    pk: Any
    dataset_id: Any
    present: bool
    counted: Class
    said: Said
    reason: str


def said_of(**which: Any) -> Iterator[FieldSaid]:
    """Return what is said of fields; one statement."""
    for row in Field.objects.filter(**which).order_by().values_list(*_SAID).iterator(chunk_size=5000):
        pk, dataset, absent, level, categories, s_level, s_categories, c_level, c_categories, c_at, reason, *said = row
        yield FieldSaid(
            pk, dataset, absent is None, _class(level, categories),
            Said(_class(s_level, s_categories), _class(c_level, c_categories), _class(said[0], said[1]), said[2], c_at),
            reason,
        )  # fmt: skip


def _class(level: str, categories: Iterable[str]) -> Class:
    return Class(level, frozenset(categories))


def known_of(field: Field) -> Class:
    """Return the higher of what is suggested and what lineage carries."""
    suggested = _class(field.suggested_level, field.suggested_categories)
    return suggested | _class(field.carried_level, field.carried_categories)


def confirmed_of(field: Field) -> Class:
    """Return what a person confirmed."""
    return _class(field.confirmed_level, field.confirmed_categories)


def is_risen(field: Field) -> bool:
    """Tell whether upstream rose above what was confirmed, after that."""
    carried = _class(field.carried_level, field.carried_categories)
    said = Said(
        carried=carried, confirmed=confirmed_of(field), confirmed_at=field.confirmed_at, carried_at=field.carried_at
    )
    return said.risen


def class_token(field: Field) -> str:
    """Return a short text that differs once anything else is said of a field: what a form compares."""
    said = (
        field.suggested_level, sorted(field.suggested_categories), field.carried_level, sorted(field.carried_categories),
        field.confirmed_level, sorted(field.confirmed_categories), str(field.confirmed_at or ""),
    )  # fmt: skip
    return hashlib.sha256(repr(said).encode()).hexdigest()[:16]


# What suggestions are made from.


def described_fields(dataset: Dataset) -> list[tuple[Field, Described]]:
    """Return the present fields with everything that a suggestion may know; three statements."""
    whole = tuple(_term(term, linked=True) for term in dataset.terms.exclude(level=""))
    rows = Field.objects.filter(dataset=dataset, absent_since=None).prefetch_related("terms")
    found = []
    for field in rows:
        terms = tuple(_term(term, linked=True) for term in field.terms.all() if term.level)
        found.append((field, Described(
            path=field.path, data_type=field.data_type, description=field.description, tags=tuple(field.tags),
            dataset=dataset.name.rsplit("/", 1)[-1].rsplit(".", 1)[-1], dataset_tags=tuple(dataset.tags),
            terms=terms or (whole if not field.primary_key and len(whole) == 1 and len(rows) == 1 else ()),
        )))  # fmt: skip
    return found


def glossary_known() -> list[Term]:
    """Return the words of the glossary that have a class."""
    return [_term(term) for term in GlossaryTerm.objects.exclude(level="").order_by("name")]


def _term(term: GlossaryTerm, linked: bool = False) -> Term:
    return Term(term.name, _class(term.level, term.categories), tuple(term.synonyms), linked)


# Where classes flow.


def reached_from(dataset: Dataset) -> dict[Any, FieldSaid]:
    """Return a dataset's fields and all that their values flow into, with what is said of them."""
    return {one.pk: one for one in said_of(pk__in=RawSQL(REACHED, [dataset.pk]))}  # noqa: S611 - fixed text


def lines_into(reached: Mapping[Any, FieldSaid]) -> tuple[list[Line], dict[Any, Class]]:
    """Return the lines by which values flow into fields, and the classes of sources that are not among these."""
    rows = FieldEdge.objects.filter(target__in=list(reached), kind="DIRECT").order_by("pk")
    columns = ("source_id", "target_id", "kind", "subtype", "masking", "job__name")
    lines = [Line(*row[:5], row[5] or "") for row in rows.values_list(*columns)]
    others = {line.source for line in lines} - set(reached)
    return lines, {one.pk: one.counted for one in said_of(pk__in=list(others))}


def names_of(fields: Iterable[Any]) -> dict[Any, str]:
    """Return how fields are called in a reason: “DST-0001 email”."""
    rows = Field.objects.filter(pk__in=list(fields)).values_list("pk", "dataset__key", "path")
    return {pk: f"{key} {path}" for pk, key, path in rows}


def shaping(dataset: Dataset) -> int:
    """Count the lines by which other fields filter, join or sort a dataset: they carry nothing, and are noted."""
    return FieldEdge.objects.filter(target__dataset=dataset, kind="INDIRECT").count()


def upstream_above(dataset: Dataset) -> Any:
    """Return the datasets directly upstream that hold data about people or are higher, where no column line tells more."""
    jobs = LineageEdge.objects.filter(target_id=dataset.pk, ended_at=None).values("source_id")
    sources = LineageEdge.objects.filter(target_id__in=jobs, ended_at=None).values("source_id")
    direct = Q(pk__in=sources) | Q(pk__in=jobs)
    told = FieldEdge.objects.filter(source__dataset_id=OuterRef("pk"), target__dataset_id=dataset.pk)
    higher = Q(categories__overlap=PERSONAL) | Q(level__in=["confidential", "restricted"])
    return Dataset.objects.filter(direct, higher).exclude(pk=dataset.pk).exclude(Exists(told)).order_by("key")


# What waits for a person.


def _rank(column: str) -> Case:
    return Case(
        *(When(**{column: level}, then=Value(rank)) for level, rank in RANKS.items()), default=Value(-1),
        output_field=IntegerField(),
    )  # fmt: skip


def risen() -> Q:
    """Return the condition of fields whose upstream rose above what was confirmed, after that."""
    after = Q(carried_at__gt=F("confirmed_at")) | Q(confirmed_at=None)
    higher = Q(carried_rank__gt=F("confirmed_rank")) | ~Q(carried_categories__contained_by=F("confirmed_categories"))
    return Q(carried_at__isnull=False) & ~Q(confirmed_level="") & ~Q(carried_level="") & after & higher


def fields_ranked() -> Any:
    """Return the present fields with the ranks that conditions compare."""
    return Field.objects.filter(absent_since=None).annotate(
        carried_rank=_rank("carried_level"), confirmed_rank=_rank("confirmed_level"), level_rank=_rank("level")
    )


def waiting_fields() -> Any:
    """Return the fields that a person should look at: suggested or carried and not confirmed, or risen upstream."""
    unconfirmed = Q(confirmed_level="") & ~Q(level="")
    return fields_ranked().filter(unconfirmed | risen())


def long_waiting() -> Any:
    """Return the fields whose suggestion nobody answered for a month."""
    return Field.objects.filter(
        absent_since=None, confirmed_level="", suggested_at__lt=clock.now() - timedelta(days=WAITS_DAYS)
    ).exclude(suggested_level="")


def classifiable(person: Any) -> Q:
    """Return the condition of datasets whose class a person may confirm."""
    return Q(owner=person) | Q(steward=person) | reach(person, Permission.CATALOG_DATASET_CLASSIFY)


def queue(person: Any) -> Any:
    """Return the datasets with fields that wait, which a person may confirm; the risk to sort by."""
    waiting = waiting_fields().filter(dataset_id=OuterRef("pk")).order_by().values("dataset_id")
    # What a person confirmed waits again since lineage carried more to it.
    since = Case(When(confirmed_level="", then=Coalesce("suggested_at", "carried_at")), default=F("carried_at"))
    counted = waiting.annotate(number=Count("pk"), highest=Max("level_rank"), oldest=Min(since))
    special = waiting_fields().filter(dataset_id=OuterRef("pk"), categories__overlap=SPECIAL)
    personal = waiting_fields().filter(dataset_id=OuterRef("pk"), categories__overlap=PERSONAL)
    used = DatasetUse.objects.filter(dataset_id=OuterRef("pk"), ended_at=None)
    granted = DataGrant.objects.filter(dataset_id=OuterRef("pk")).standing()
    weight = (
        Case(When(Exists(special), then=Value(40)), When(Exists(personal), then=Value(20)), default=Value(0))
        + Case(When(Exists(used) | Exists(granted), then=Value(10)), default=Value(0))
        + F("highest")
    )
    return (
        Dataset.objects.current()
        .filter(classifiable(person))
        .annotate(
            waiting=Subquery(counted.values("number")[:1]),
            highest=Subquery(counted.values("highest")[:1]),
            oldest=Subquery(counted.values("oldest")[:1]),
        )
        .filter(waiting__gt=0)
        .annotate(
            holds_special=Exists(special), holds_personal=Exists(personal), in_use=Exists(used) | Exists(granted),
            risk=weight,
        )
    )  # fmt: skip


def mine_to_confirm(person: Any) -> Any:
    """Return the queue of what a person answers for: as steward, or as owner where there is no steward."""
    return queue(person).filter(Q(steward=person) | Q(steward=None, owner=person))


def falling_token(dataset: Dataset) -> str:
    """Return a mark of what a dataset would fall to."""
    return " ".join([dataset.falling_level, *sorted(dataset.falling_categories)])


def class_in_words(level: str, categories: Any) -> str:
    """Return a class as words."""
    names = [str(Level(level).label) if level else _("not classified"), *(str(Category(c).label) for c in categories)]
    return ", ".join(names)


def falls_to_agree(person: Any) -> Any:
    """Return the datasets whose fall waits for this person: they answer for it, or confirm classes there, and had no part."""
    answers = Q(steward=person) | Q(owner=person) | reach(person, Permission.CATALOG_DATASET_CLASSIFY)
    waiting = Dataset.objects.filter(answers, falling_since__isnull=False, dropped_at=None)
    return waiting.exclude(falling_by__contains=[person.pk])


def held_back_for(person: Any) -> Any:
    """Return the grants that a rise held back and which a person decides anew as steward, or as owner without one."""
    theirs = Q(dataset__steward=person) | Q(dataset__steward=None, dataset__owner=person)
    return DataGrant.objects.filter(
        theirs, revoked_at=None, held_back_at__isnull=False, valid_until__gt=clock.now()
    ).exclude(person=person)


# What depends on a class.


def systems_granted(dataset: Dataset) -> list[Any]:
    """Return the ids of systems with a grant on a dataset that did not end."""
    grants = DataGrant.objects.filter(dataset=dataset, revoked_at=None, valid_until__gt=clock.now())
    return list(grants.exclude(system=None).values_list("system_id", flat=True).distinct())


def silent_systems() -> Any:
    """Return the current systems that work with special-category data and do not say so."""
    uses = DatasetUse.objects.filter(system_id=OuterRef("pk"), ended_at=None, dataset__categories__overlap=SPECIAL)
    grants = DataGrant.objects.filter(
        system_id=OuterRef("pk"), revoked_at=None, valid_until__gt=clock.now(), dataset__categories__overlap=SPECIAL
    )
    return (
        AISystem.objects.current()
        .filter(merged_into=None)
        .exclude(data_classes__contains=["special_category"])
        .annotate(
            found_key=Subquery(uses.values("dataset__key")[:1]), granted_key=Subquery(grants.values("dataset__key")[:1])
        )
        .filter(Q(found_key__isnull=False) | Q(granted_key__isnull=False))
    )


def summary_of(dataset: Dataset) -> dict[str, int]:
    """Count a dataset's present fields by where their class comes from; one statement."""
    unconfirmed = Q(confirmed_level="")
    return (
        fields_ranked()
        .filter(dataset=dataset)
        .aggregate(
            total=Count("pk"),
            confirmed=Count("pk", filter=~unconfirmed),
            waiting=Count("pk", filter=(unconfirmed & ~Q(level="")) | risen()),
            carried=Count("pk", filter=~Q(carried_level="")),
            risen=Count("pk", filter=risen()),
            unknown=Count("pk", filter=Q(level="")),
            personal=Count("pk", filter=Q(categories__overlap=PERSONAL)),
        )
    )
