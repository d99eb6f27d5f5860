"""Datasets and fields: registering, editing, and those that tools speak of first."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from apps.accounts.models import Department, Person
from apps.audit.operation import operation
from apps.catalog import permissions
from apps.catalog.events import Event
from apps.catalog.models import Container, Dataset, DatasetName, DatasetTerm, Field, FieldTerm, Platform, Standing
from apps.catalog.rules_pure.names import container_of_dataset, title_of_dataset
from apps.inventory.operations.checks import check_fields, check_known, check_words, need_reason
from apps.kernel import clock
from apps.kernel.actors import Actor
from apps.kernel.deferral import defer
from apps.kernel.errors import Conflict, Invalid
from apps.kernel.identifiers import next_key
from apps.kernel.permissions import Permission

from .hands import defer_suggesting
from .platforms import observe_platform

EDITABLE = (
    "title", "description", "owner", "steward", "region", "criticality", "tags", "master_entity", "fresh_within_minutes",
)  # fmt: skip
EDITABLE_FIELD = ("description", "data_type", "nullable", "primary_key", "master_entity", "tags")


@operation(Event.DATASET_REGISTERED, needs=Permission.CATALOG_DATASET_REGISTER, within_reach_of="department")
def register_dataset(
    *,
    actor: Actor,
    platform: Platform,
    name: str,
    department: Department,
    title: str = "",
    fields: list[dict[str, Any]] | None = None,
    **values: Any,
) -> Dataset:
    """Put a dataset on record with its fields (`path`, `data_type`, `description`, …), in their order."""
    check_known(values, EDITABLE)
    _check({"name": name, "title": title or title_of_dataset(name), **values})
    name = name.strip()
    if Dataset.objects.filter(namespace=platform.namespace, name=name).exists():
        raise Invalid({"name": [_("A dataset of this name is on record already.")]})
    dataset = Dataset.objects.create(
        key=next_key("DST"),
        platform=platform,
        container=_container(platform, name),
        namespace=platform.namespace,
        name=name,
        title=(title or title_of_dataset(name)).strip()[:250],
        department=department,
        **values,
    )
    for position, given in enumerate(fields or []):
        check_known(given, ("path", *EDITABLE_FIELD))
        check_fields(Field, given)
        check_words(given)
        Field.objects.create(dataset=dataset, position=position, **given)
    defer_suggesting(actor, dataset.pk)
    look_again(dataset)
    return dataset


@operation(Event.DATASET_EDITED, needs=None, subject="dataset", may=permissions.may_edit_dataset)
def edit_dataset(
    *, actor: Actor, dataset: Dataset, changes: dict[str, Any], version: int | None = None, terms: Any = None
) -> Dataset:
    """Change fields of a record and its terms; one that was only observed becomes declared. An older `version` conflicts."""
    check_known(changes, (*EDITABLE, "department"))
    if version is not None and version != dataset.version:
        raise Conflict(_("Somebody else changed this dataset after you opened it."), theirs=dataset)
    _check(changes)
    for field, value in changes.items():
        setattr(dataset, field, value)
    dataset.standing = Standing.DECLARED
    dataset.version += 1
    dataset.updated_at = clock.now()
    dataset.save(update_fields=[*changes, "standing", "version", "updated_at"])
    if terms is not None:
        _set_terms(DatasetTerm, "dataset", dataset, terms)
    if terms is not None or {"tags", "title"} & set(changes):
        defer_suggesting(actor, dataset.pk)
    look_again(dataset)
    return dataset


@operation(Event.FIELD_EDITED, needs=None, subject="dataset", may=permissions.may_edit_dataset)
def edit_field(*, actor: Actor, dataset: Dataset, path: str, changes: dict[str, Any], terms: Any = None) -> Dataset:
    """Say what a field means: its words, its terms, the master-data entity whose identifier it holds."""
    _say_of_field(dataset, path, changes, terms)
    defer_suggesting(actor, dataset.pk)
    look_again(dataset)
    return dataset


@operation(Event.FIELD_EDITED, needs=None, subject="dataset", may=permissions.may_edit_dataset)
def edit_fields(*, actor: Actor, dataset: Dataset, changes: dict[str, dict[str, Any]]) -> Dataset:
    """Say at once what several fields mean: for each path its changes, `terms` among them."""
    for path, given in changes.items():
        plain = {name: value for name, value in given.items() if name != "terms"}
        _say_of_field(dataset, path, plain, given.get("terms"))
    defer_suggesting(actor, dataset.pk)
    look_again(dataset)
    return dataset


@operation(Event.DATASET_PEOPLE_CHANGED, needs=None, subject="dataset", may=permissions.may_edit_dataset)
def change_dataset_people(
    *, actor: Actor, dataset: Dataset, reason: str, owner: Person | None = None, steward: Person | None = None
) -> Dataset:
    """Name another owner or steward; whoever is not named stays."""
    need_reason(reason)
    if owner is None and steward is None:
        raise Invalid({"owner": [_("Name a new owner, a new steward, or both.")]})
    dataset.owner, dataset.steward = owner or dataset.owner, steward or dataset.steward
    dataset.version += 1
    dataset.updated_at = clock.now()
    dataset.save(update_fields=["owner", "steward", "version", "updated_at"])
    look_again(dataset)
    return dataset


@operation(Event.DATASET_DROPPED, needs=None, subject="dataset", may=permissions.may_edit_dataset)
def drop_dataset(*, actor: Actor, dataset: Dataset, reason: str) -> Dataset:
    """Say that a dataset is gone from its platform; its record, lineage and history stay."""
    need_reason(reason)
    dataset.dropped_at = clock.now()
    dataset.save(update_fields=["dropped_at"])
    look_again(dataset)
    return dataset


@operation(Event.DATASET_OBSERVED, needs=None, may=permissions.may_observe)
def observe_dataset(*, actor: Actor, namespace: str, name: str) -> Dataset:
    """Return the dataset that tools call so, by its name or another one; put on record as observed when it is new."""
    known = Dataset.objects.filter(namespace=namespace, name=name).first()
    if known is not None:
        return known
    other = DatasetName.objects.filter(namespace=namespace, name=name).select_related("dataset").first()
    if other is not None:
        return other.dataset
    with connection.cursor() as cursor:
        # Tools meet the same new data at once: one puts it on record, the others find it.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('integrations.new_datasets', 0))")
    known = Dataset.objects.filter(namespace=namespace, name=name).first()
    if known is not None:
        return known
    platform = observe_platform(actor=actor, namespace=namespace)
    return Dataset.objects.create(
        key=next_key("DST"),
        platform=platform,
        container=_container(platform, name),
        namespace=namespace,
        name=name,
        title=title_of_dataset(name)[:250],
        department=platform.department,
        standing=Standing.OBSERVED,
    )


def look_again(dataset: Dataset) -> None:
    """Have the rules look at a dataset after a change."""
    defer("compliance.evaluate", subject_type="catalog.dataset", subject_id=str(dataset.pk))


def _container(platform: Platform, name: str) -> Container | None:
    within = container_of_dataset(name)[:300]
    return Container.objects.get_or_create(platform=platform, name=within)[0] if within else None


def _say_of_field(dataset: Dataset, path: str, changes: dict[str, Any], terms: Any) -> None:
    check_known(changes, EDITABLE_FIELD)
    check_fields(Field, changes)
    check_words(changes)
    field = Field.objects.filter(dataset=dataset, path=path).first()
    if field is None:
        raise Invalid({"path": [_("There is no field “%(path)s”.") % {"path": path}]})
    for name, value in changes.items():
        setattr(field, name, value)
    if changes:
        field.save(update_fields=list(changes))
    if terms is not None:
        _set_terms(FieldTerm, "field", field, terms)


def _set_terms(links: Any, side: str, record: Any, terms: Any) -> None:
    wanted = {term.pk for term in terms}
    for link in links.objects.filter(**{side: record}):
        if link.term_id not in wanted:
            link.delete()
        wanted.discard(link.term_id)
    for term_id in wanted:
        links.objects.create(**{side: record, "term_id": term_id})


def _check(values: dict[str, Any]) -> None:
    problems = {
        name: [_("This cannot be empty.")]
        for name in ("name", "title")
        if name in values and not str(values[name]).strip()
    }
    if problems:
        raise Invalid(problems)
    check_fields(Dataset, values)
    check_words(values)
