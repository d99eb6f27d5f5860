"""The register of processing activities: drafting, putting into force, ending."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from apps.accounts.models import Department
from apps.audit.operation import operation
from apps.catalog import permissions
from apps.catalog.events import Event
from apps.catalog.models import ActivityStatus, Dataset, ProcessingActivity
from apps.catalog.rules_pure.register import missing
from apps.inventory.models import UseCase
from apps.inventory.operations.checks import check_fields, check_known, check_words, need_reason
from apps.kernel import clock
from apps.kernel.actors import Actor
from apps.kernel.deferral import defer
from apps.kernel.errors import Conflict, Invalid
from apps.kernel.identifiers import next_key
from apps.kernel.permissions import Permission

EDITABLE = (
    "name", "controller", "joint_controllers", "owner", "purposes", "purpose_codes", "actions", "lawful_basis",
    "basis_details", "special_category_condition", "data_subjects", "data_categories", "data_described", "recipients",
    "regions", "transfers", "erasure", "security_measures", "impact_assessment", "impact_assessment_reference",
    "automated_decisions", "objection",
)  # fmt: skip


@operation(Event.ACTIVITY_REGISTERED, needs=Permission.CATALOG_ACTIVITY_EDIT, within_reach_of="department")
def register_activity(
    *,
    actor: Actor,
    name: str,
    purposes: str,
    department: Department,
    use_cases: Iterable[UseCase] = (),
    datasets: Iterable[Dataset] = (),
    **fields: Any,
) -> ProcessingActivity:
    """Begin an entry of the register as a draft; it allows nothing before it is in force."""
    check_known(fields, EDITABLE)
    _check({"name": name, "purposes": purposes, **fields})
    activity = ProcessingActivity.objects.create(
        last_author_id=actor.id if actor.is_person else None,
        written_by=[actor.id] if actor.is_person else [],
        key=next_key("PRA"),
        name=name.strip(),
        purposes=purposes.strip(),
        department=department,
        **fields,
    )
    activity.use_cases.set(use_cases)
    activity.datasets.set(datasets)
    return activity


@operation(Event.ACTIVITY_EDITED, needs=None, subject="activity", may=permissions.may_edit_activity)
def edit_activity(
    *,
    actor: Actor,
    activity: ProcessingActivity,
    changes: dict[str, Any],
    version: int | None = None,
    use_cases: Iterable[UseCase] | None = None,
    datasets: Iterable[Dataset] | None = None,
    reason: str = "",
) -> ProcessingActivity:
    """Change an entry; one in force must stay complete, and grants that do not fit any more are found at once."""
    check_known(changes, EDITABLE)
    if version is not None and version != activity.version:
        raise Conflict(_("Somebody else changed this entry after you opened it."), theirs=activity)
    _check(changes)
    links = {"use_cases": use_cases, "datasets": datasets}
    linked = {name: list(rows) for name, rows in links.items() if rows is not None}
    widened = _widens(activity, changes) or any(_reaches_more(activity, *link) for link in linked.items())
    for field, value in changes.items():
        setattr(activity, field, value)
    if activity.status == ActivityStatus.IN_FORCE:
        need_reason(reason, _("This entry is in force: say why it changes."))
        _complete(activity)
        if widened:
            # What is wider than what somebody put into force waits until somebody else has read it.
            activity.status = ActivityStatus.DRAFT
    activity.version += 1
    activity.updated_at = clock.now()
    activity.last_author_id = actor.id if actor.is_person else None
    if actor.is_person and actor.id not in map(str, activity.written_by):
        activity.written_by = [*activity.written_by, actor.id]
    activity.save(update_fields=[*changes, "status", "version", "updated_at", "last_author", "written_by"])
    for name, rows in linked.items():
        getattr(activity, name).set(rows)
    _look_again(activity)
    return activity


@operation(
    Event.ACTIVITY_PUBLISHED,
    needs=Permission.CATALOG_ACTIVITY_EDIT,
    subject="activity",
    may=permissions.may_publish_activity,
)
def publish_activity(*, actor: Actor, activity: ProcessingActivity, reason: str = "") -> ProcessingActivity:
    """Put an entry into force once everything that the law asks for is said."""
    _complete(activity)
    activity.status = ActivityStatus.IN_FORCE
    activity.updated_at = clock.now()
    activity.written_by = []
    activity.save(update_fields=["status", "updated_at", "written_by"])
    _look_again(activity)
    return activity


@operation(Event.ACTIVITY_ENDED, needs=Permission.CATALOG_ACTIVITY_EDIT, subject="activity")
def end_activity(*, actor: Actor, activity: ProcessingActivity, reason: str) -> ProcessingActivity:
    """End an entry: from now on nothing is allowed by it."""
    need_reason(reason)
    if activity.status == ActivityStatus.ENDED:
        raise Invalid(_("This entry has ended already."))
    activity.status = ActivityStatus.ENDED
    activity.updated_at = clock.now()
    activity.save(update_fields=["status", "updated_at"])
    _look_again(activity)
    return activity


def _widens(activity: ProcessingActivity, changes: dict[str, Any]) -> bool:
    """Tell whether changes allow more than the entry did: a purpose, an action, a category or a region more, another basis."""
    for name in ("purpose_codes", "data_categories"):
        if set(changes.get(name, ())) - set(getattr(activity, name)):
            return True
    for name in ("actions", "regions"):
        # An empty list allows all.
        before, after = set(getattr(activity, name)), set(changes.get(name, getattr(activity, name)))
        if before and (not after or after - before):
            return True
    same = ("lawful_basis", "special_category_condition", "impact_assessment", "transfers")
    return any(name in changes and changes[name] != getattr(activity, name) for name in same)


def _reaches_more(activity: ProcessingActivity, name: str, rows: list[Any]) -> bool:
    """Tell whether an entry would count for more use cases or datasets than it does; none named means all."""
    before, after = set(getattr(activity, name).values_list("pk", flat=True)), {row.pk for row in rows}
    return bool(before) and (not after or bool(after - before))


def lacks(activity: ProcessingActivity) -> list[tuple[str, str, str]]:
    """Return what an entry still lacks before it may be in force."""
    values = {name: getattr(activity, name) for name in EDITABLE if name not in ("controller", "owner")}
    return missing(values | {"controller": activity.controller_id})


def _complete(activity: ProcessingActivity) -> None:
    problems: dict[str, list[str]] = {}
    for name, words, law in lacks(activity):
        problems.setdefault(name, []).append(
            _("The entry does not say %(what)s (%(law)s).") % {"what": words, "law": law}
        )
    if problems:
        raise Invalid(problems)


def _look_again(activity: ProcessingActivity) -> None:
    defer("compliance.evaluate", subject_type="catalog.processing_activity", subject_id=str(activity.pk))
    for use_case in activity.use_cases.all():
        defer("compliance.evaluate", subject_type="inventory.use_case", subject_id=str(use_case.pk))


def _check(values: dict[str, Any]) -> None:
    problems = {
        name: [_("This cannot be empty.")]
        for name in ("name", "purposes")
        if name in values and not str(values[name]).strip()
    }
    if problems:
        raise Invalid(problems)
    check_fields(ProcessingActivity, values)
    check_words(values)
