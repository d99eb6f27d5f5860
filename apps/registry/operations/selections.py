"""Selections: candidates compared on a use case's needs; the choice and the dissent are kept."""

from __future__ import annotations

import json
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from apps.accounts.models import Person
from apps.audit.operation import operation
from apps.catalog.models import Dataset
from apps.inventory.models import UseCase
from apps.inventory.operations.checks import check_fields, check_known, check_words, need_reason
from apps.kernel import clock
from apps.kernel.actors import Actor
from apps.kernel.errors import Conflict, Invalid
from apps.kernel.identifiers import next_key
from apps.kernel.permissions import Permission
from apps.registry import permissions
from apps.registry.events import Event
from apps.registry.models import Candidate, Dissent, ModelVersion, Selection, SelectionStatus, VersionStage, YesNo
from apps.registry.queries import selections as queries
from apps.registry.rules_pure.selecting import DIRECTIONS, FACTS, FIELDS, MOST_WEIGHT

MOST_CANDIDATES = 20


@operation(
    Event.SELECTION_OPENED,
    needs=Permission.REGISTRY_SELECTION_EDIT,
    within_reach_of="use_case",
    may=permissions.may_open_selection,
)
def open_selection(
    *, actor: Actor, use_case: UseCase, title: str, needs: Iterable[dict[str, Any]] = (), **fields: Any
) -> Selection:
    """Begin a comparison for a use case."""
    check_known(fields, FIELDS)
    values = {"title": title.strip(), **fields}
    _check(values)
    return Selection.objects.create(
        key=next_key("SEL"),
        use_case=use_case,
        needs=_needs(needs),
        opened_by_id=actor.id,
        opened_at=clock.now(),
        **values,
    )


@operation(
    Event.SELECTION_EDITED,
    needs=Permission.REGISTRY_SELECTION_EDIT,
    subject="selection",
    may=permissions.may_edit_selection,
)
def edit_needs(
    *,
    actor: Actor,
    selection: Selection,
    needs: Iterable[dict[str, Any]],
    changes: dict[str, Any] | None = None,
    version: int | None = None,
) -> Selection:
    """Say anew what counts, and at which volume; an older `version` conflicts."""
    if version is not None and version != selection.version:
        raise Conflict(_("Somebody else changed this selection after you opened it."), theirs=selection)
    changes = changes or {}
    check_known(changes, FIELDS)
    _check(changes)
    selection.needs = _needs(needs)
    for name, value in changes.items():
        setattr(selection, name, value)
    selection.version += 1
    selection.save(update_fields=["needs", "version", *changes])
    return selection


@operation(
    Event.CANDIDATE_ADDED,
    needs=Permission.REGISTRY_SELECTION_EDIT,
    subject="selection",
    may=permissions.may_edit_selection,
)
def add_candidate(
    *, actor: Actor, selection: Selection, name: str, model_version: ModelVersion | None = None, **facts: Any
) -> Candidate:
    """Add a candidate; terms and risk that are not given are read from the terms of its model's provider."""
    check_known(facts, FACTS)
    if model_version is not None:
        _check_version(actor, model_version)
    given = {key: value for key, value in facts.items() if value not in (None, "", YesNo.UNKNOWN)}
    values = {"name": name.strip(), **facts, **queries.facts_from_terms(model_version), **given}
    _check_candidate(selection, values)
    if selection.candidates.count() >= MOST_CANDIDATES:
        raise Invalid(_("A comparison has at most %(number)s candidates.") % {"number": MOST_CANDIDATES})
    return Candidate.objects.create(selection=selection, model_version=model_version, **values)


@operation(
    Event.CANDIDATE_EDITED,
    needs=Permission.REGISTRY_SELECTION_EDIT,
    subject="selection",
    may=permissions.may_edit_selection,
)
def edit_candidate(*, actor: Actor, selection: Selection, candidate: Candidate, changes: dict[str, Any]) -> Candidate:
    """Change what is known of a candidate."""
    _of(selection, candidate)
    check_known(changes, (*FACTS, "name"))
    _check_candidate(selection, changes, candidate)
    for name, value in changes.items():
        setattr(candidate, name, value.strip() if isinstance(value, str) else value)
    candidate.save(update_fields=list(changes))
    return candidate


@operation(
    Event.CANDIDATE_REMOVED,
    needs=Permission.REGISTRY_SELECTION_EDIT,
    subject="selection",
    may=permissions.may_edit_selection,
)
def remove_candidate(*, actor: Actor, selection: Selection, candidate: Candidate) -> Selection:
    """Take a candidate out of the comparison; the ledger keeps what was known of it."""
    _of(selection, candidate)
    if Dissent.objects.filter(preferred=candidate).exists():
        raise Invalid(_("Somebody prefers this candidate and said so: it stays in the comparison."))
    candidate.delete()
    return selection


@operation(Event.SELECTION_DECIDED, needs=None, subject="selection", may=permissions.may_decide_selection)
def decide_selection(*, actor: Actor, selection: Selection, candidate: Candidate, reason: str) -> Selection:
    """Choose a candidate with the reason; one that does not meet a must is chosen only by naming that must."""
    _of(selection, candidate)
    reason = need_reason(reason)
    if selection.candidates.count() < 2:
        raise Invalid(_("Compare at least two candidates."))
    table = queries.comparison(selection)
    standing = next(one for one in table.standings if one.key == str(candidate.pk))
    _name_what_it_fails(standing, reason)
    selection.frozen = queries.as_data(selection, table)
    selection.status, selection.chosen, selection.reason = SelectionStatus.DECIDED, candidate, reason
    selection.decided_by_id, selection.decided_at = actor.id, clock.now()
    selection.version += 1
    selection.save(update_fields=["frozen", "status", "chosen", "reason", "decided_by", "decided_at", "version"])
    return selection


@operation(Event.SELECTION_DISSENTED, needs=None, subject="selection", may=permissions.may_dissent)
def dissent(*, actor: Actor, selection: Selection, text: str, preferred: Candidate | None = None) -> Dissent:
    """Say what one sees differently; it stays said."""
    if not text.strip():
        raise Invalid({"text": [_("Say what you see differently.")]})
    check_words({"text": text})
    if preferred is not None:
        _of(selection, preferred)
    return Dissent.objects.create(
        selection=selection, person_id=actor.id, preferred=preferred, text=text.strip(), said_at=clock.now()
    )


@operation(
    Event.SELECTION_ABANDONED,
    needs=Permission.REGISTRY_SELECTION_EDIT,
    subject="selection",
    may=permissions.may_edit_selection,
)
def abandon_selection(*, actor: Actor, selection: Selection, reason: str) -> Selection:
    """End a comparison without a choice."""
    selection.reason = need_reason(reason)
    selection.status = SelectionStatus.ABANDONED
    selection.version += 1
    selection.save(update_fields=["reason", "status", "version"])
    return selection


def _check_version(actor: Actor, version: ModelVersion) -> None:
    version.refresh_from_db(fields=["stage"])
    if version.stage == VersionStage.RETIRED:
        raise Invalid({"model_version": [_("%(version)s is retired.") % {"version": version}]})
    person = Person.objects.get(pk=actor.id)
    if not ModelVersion.objects.visible_to(person).filter(pk=version.pk).exists():
        raise Invalid({"model_version": [_("You see no such version.")]})


def _of(selection: Selection, candidate: Candidate) -> None:
    if candidate.selection_id != selection.pk:
        raise Invalid({"candidate": [_("This candidate is of another selection.")]})


def _name_what_it_fails(standing: Any, reason: str) -> None:
    """Refuse a reason that does not name each must that the candidate does not meet."""
    said = reason.casefold()
    for criterion in (*standing.fails, *standing.lacks):
        label = str(queries.LABELS[criterion])
        if label.casefold() not in said:
            raise Invalid(
                {
                    "reason": [
                        _("%(name)s does not meet a must: %(need)s. Name it in the reason, and say why that is right.")
                        % {"name": standing.name, "need": label}
                    ]
                }
            )


def _check(values: dict[str, Any]) -> None:
    if "title" in values and not str(values["title"]).strip():
        raise Invalid({"title": [_("Say what is chosen here.")]})
    currency = values.get("currency", "EUR")
    if not (len(currency) == 3 and currency.isascii() and currency.isalpha() and currency.isupper()):
        raise Invalid({"currency": [_("Three capital letters, for example EUR.")]})
    dataset = values.get("evaluation_dataset")
    check_fields(Selection, {name: value for name, value in values.items() if not isinstance(value, Dataset)})
    check_words({name: value for name, value in values.items() if value is not dataset})


def _check_candidate(selection: Selection, values: dict[str, Any], known: Candidate | None = None) -> None:
    name = values.get("name")
    if name is not None:
        if not name.strip():
            raise Invalid({"name": [_("Give the candidate a name.")]})
        twins = selection.candidates.filter(name=name.strip())
        if (twins.exclude(pk=known.pk) if known else twins).exists():
            raise Invalid({"name": [_("A candidate of this name is compared already.")]})
    check_fields(Candidate, values)
    check_words(values)
    for field in ("quality", "input_price", "output_price", "fixed_price"):
        value = values.get(field)
        if value is not None and (not Decimal(value).is_finite() or (field != "quality" and Decimal(value) < 0)):
            raise Invalid({field: [_("A price is a number, and not less than nothing.")]})
    if values.get("risk") is not None and not 1 <= int(values["risk"]) <= 5:
        raise Invalid({"risk": [_("Between 1 and 5.")]})
    if values.get("trains_on_our_data", YesNo.UNKNOWN) not in YesNo.values:
        raise Invalid({"trains_on_our_data": [_("Yes, no or not known yet.")]})


def _needs(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Check the needs, each criterion once, in their own order."""
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        check_words({"needs": json.dumps(row, default=str)})
        criterion = str(row.get("criterion", ""))
        if criterion not in DIRECTIONS or criterion in found:
            raise Invalid({"needs": [_("“%(name)s” is no criterion, or is named twice.") % {"name": criterion[:40]}]})
        found[criterion] = _need(criterion, row)
    return [found[name] for name in DIRECTIONS if name in found]


def _need(criterion: str, row: dict[str, Any]) -> dict[str, Any]:
    label = queries.LABELS[criterion]
    weight = row.get("weight", 0)
    if isinstance(weight, bool) or not isinstance(weight, int) or not 0 <= weight <= MOST_WEIGHT:
        raise Invalid({"needs": [_("%(need)s: the weight is between 0 and 5.") % {"need": label}]})
    need: dict[str, Any] = {"criterion": criterion, "weight": weight, "must": bool(row.get("must"))}
    for bound in ("least", "most"):
        if row.get(bound) not in (None, ""):
            try:
                number = Decimal(str(row[bound]))
            except InvalidOperation:
                number = Decimal("NaN")
            if not number.is_finite() or abs(number) > Decimal(10) ** 12 or DIRECTIONS[criterion] is None:
                raise Invalid({"needs": [_("%(need)s: the bound is no number.") % {"need": label}]})
            need[bound] = str(number)
    if criterion == "region":
        need["among"] = [str(one).strip()[:40] for one in row.get("among") or () if str(one).strip()][:40]
    if need["must"] and not queries.need_of(need).bounded:
        raise Invalid({"needs": [_("%(need)s: a must needs its bound.") % {"need": label}]})
    return need
