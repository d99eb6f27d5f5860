"""What ran where at a moment, under which approval, made of what, trained on what, and how system, uses and data were classified.

Nothing here asks how things stand today: deployments by their periods, authorisations by when they were issued, revoked
and outdated, systems, uses and data by the entries of the ledger.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Q

from apps.catalog.models import Dataset
from apps.inventory.models import AISystem, Authorisation, AuthorisationKind, MaterialChange, UseCase
from apps.inventory.models.choices import LegalClass
from apps.inventory.models.usecases import UseCaseSystem
from apps.kernel import narrowing
from apps.registry.models import GATED, Deployment, ReleaseVersion, VersionData

MOST = 500


@dataclass(frozen=True, slots=True)
class DataThen:
    """A dataset behind a version (None: the reader may not know of it), with its class then (empty: not classified)."""

    dataset: Any
    role: str
    level: str
    categories: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VersionThen:
    """A model version of what ran, with the data it was made from."""

    version: Any
    data: list[DataThen]


@dataclass(frozen=True, slots=True)
class UseThen:
    """A use case of the system, with its tier and legal class at the moment (empty: not assessed, not classified then)."""

    use_case: Any
    tier: str
    legal_class: str

    @property
    def legal_label(self) -> str:
        """The legal class in words."""
        return str(LegalClass(self.legal_class).label) if self.legal_class in LegalClass else self.legal_class


@dataclass(frozen=True, slots=True)
class RanThen:
    """One deployment at the moment: the approval behind it and how that stood then, the system's tier and its uses."""

    deployment: Deployment
    authorisation: Authorisation | None
    standing: str
    versions: list[VersionThen] = field(default_factory=list)
    tier: str = ""
    uses: list[UseThen] = field(default_factory=list)


def as_of(
    moment: datetime,
    *,
    systems: Any,
    environment: str = "",
    region: str = "",
    side: str = "",
    version: Any = None,
    person: Any = None,
    most: int = MOST,
) -> list[RanThen]:
    """Return what should run and what was seen at a moment, among systems (a queryset that is narrowed already).

    Data and use cases that the person may not know of are not named; without a person all are.
    """
    rows = Deployment.objects.filter(system__in=systems).at(moment)
    rows = rows.filter(environment=environment) if environment else rows
    rows = rows.filter(region=region) if region else rows
    rows = rows.filter(side=side) if side else rows
    rows = rows.filter(release__model_links__model_version=version) if version is not None else rows
    rows = rows.select_related("system", "release", "authorisation", "rollback", "person", "service")
    found = list(rows.order_by("system__key", "environment", "region", "side")[:most])
    approvals = _approvals(found, moment)
    versions = _versions(found, moment, person)
    tiers, uses = _classified({one.system_id: one.system for one in found}, moment, person)
    return [
        RanThen(
            one, *approvals[one.pk], versions.get(one.release_id, []), tiers[one.system_id], uses.get(one.system_id, [])
        )
        for one in found
    ]


def _classified(systems: dict[Any, AISystem], moment: datetime, person: Any) -> tuple[dict[Any, str], dict[Any, Any]]:
    """Return the tier of each system at the moment, and its use cases with tier and legal class as they were then."""
    known = fields_at("inventory.system", systems, ("tier",), moment)
    tiers = {pk: known.get((pk, "tier"), one.tier) or "" for pk, one in systems.items()}
    links = UseCaseSystem.objects.filter(system__in=systems).select_related("use_case").order_by("use_case__key")
    if person is not None:
        links = links.filter(use_case__in=narrowing.keys_visible(person, UseCase))
    cases = {link.use_case_id: link.use_case for link in links}
    were = fields_at("inventory.use_case", cases, ("tier", "legal_class"), moment)
    began = fields_at("inventory.use_case_system", {link.pk for link in links}, ("use_case_id",), moment)
    uses: dict[Any, list[UseThen]] = {}
    for link in links:
        # A line that was drawn later did not stand then; one that no entry tells of has always stood.
        if began.get((link.pk, "use_case_id"), link.use_case_id) is None:
            continue
        case = link.use_case
        then = [were.get((case.pk, name), getattr(case, name)) or "" for name in ("tier", "legal_class")]
        uses.setdefault(link.system_id, []).append(UseThen(case, *then))
    return tiers, uses


def _approvals(rows: list[Deployment], moment: datetime) -> dict[Any, tuple[Authorisation | None, str]]:
    """Return for each deployment the authorisation behind it and how it stood at the moment."""
    wanted = {row.release_id for row in rows if row.release_id}
    issued: dict[Any, list[Authorisation]] = {}
    decisions = Authorisation.objects.filter(release__in=wanted, kind=AuthorisationKind.DECISION, issued_at__lte=moment)
    for one in decisions.order_by("issued_at"):
        issued.setdefault(one.release_id, []).append(one)
    outdated = _outdated({row.system_id for row in rows}, moment)
    found = {}
    for row in rows:
        # Its own approval first, then whatever else covered the release by then, the newest first.
        ones = [row.authorisation] if row.authorisation else []
        ones += reversed(_fitting(issued.get(row.release_id, []), row.environment))
        states = [(one, standing_at(one, moment, outdated.get(one.system_id, 0))) for one in ones]
        best = next((state for state in states if state[1] == "valid"), states[0] if states else (None, "none"))
        found[row.pk] = (best[0], _standing(row, best[1], moment))
    return found


def _standing(row: Deployment, approval: str, moment: datetime) -> str:
    if row.environment not in GATED:
        return "free"
    withdrawn = row.release.withdrawn_at if row.release else None
    return "withdrawn" if approval == "valid" and withdrawn is not None and withdrawn <= moment else approval


def _fitting(issued: list[Authorisation], environment: str) -> list[Authorisation]:
    wanted = ("pilot", "production") if environment == "pilot" else (environment,)
    return [one for one in issued if one.environment in wanted]


def standing_at(one: Authorisation, moment: datetime, revision: int) -> str:
    """Return how an authorisation stood at a moment, when the system's content was at a revision."""
    if one.revoked_at is not None and one.revoked_at <= moment:
        return "revoked"
    if one.valid_until <= moment:
        return "expired"
    if one.valid_from > moment:
        return "ahead"
    return "stale" if revision > one.material_revision else "valid"


def _outdated(systems: set[Any], moment: datetime) -> dict[Any, int]:
    """Return the revision of each system's content at a moment, as far as changes are on record."""
    rows = (
        MaterialChange.objects.filter(system_id__in=systems, changed_at__lte=moment)
        .order_by("system_id", "-revision")
        .distinct("system_id")
    )
    return dict(rows.values_list("system_id", "revision"))


def _versions(rows: list[Deployment], moment: datetime, person: Any) -> dict[Any, list[VersionThen]]:
    links = ReleaseVersion.objects.filter(release__in={row.release_id for row in rows if row.release_id})
    links = list(links.select_related("model_version__ai_model").order_by("model_version__key"))
    data: dict[Any, list[VersionData]] = {}
    linked = VersionData.objects.filter(
        model_version__in={link.model_version_id for link in links}, recorded_at__lte=moment
    )
    for one in linked.select_related("dataset").order_by("role", "dataset__key"):
        data.setdefault(one.model_version_id, []).append(one)
    named = {one.dataset_id for rows in data.values() for one in rows}
    if person is not None:
        named = set(Dataset.objects.visible_to(person).filter(pk__in=named).values_list("pk", flat=True))
    classes = classes_at({one.dataset for rows in data.values() for one in rows}, moment)
    found: dict[Any, list[VersionThen]] = {}
    for link in links:
        of_version = [
            DataThen(one.dataset if one.dataset_id in named else None, one.role, *classes[one.dataset_id])
            for one in data.get(link.model_version_id, [])
        ]
        found.setdefault(link.release_id, []).append(VersionThen(link.model_version, of_version))
    return found


_FIELDS = """
SELECT wanted.id, field.name,
    (SELECT e.changes->field.name->>1 FROM audit_entry e
     WHERE e.subject_type = %(type)s AND e.subject_id = wanted.id::text AND e.changes ? field.name
       AND e.occurred_at <= %(moment)s ORDER BY e.id DESC LIMIT 1),
    (SELECT e.changes->field.name->>0 FROM audit_entry e
     WHERE e.subject_type = %(type)s AND e.subject_id = wanted.id::text AND e.changes ? field.name
       AND e.occurred_at > %(moment)s ORDER BY e.id LIMIT 1),
    EXISTS (SELECT FROM audit_entry e WHERE e.subject_type = %(type)s AND e.subject_id = wanted.id::text
       AND e.changes ? field.name AND e.occurred_at <= %(moment)s),
    EXISTS (SELECT FROM audit_entry e WHERE e.subject_type = %(type)s AND e.subject_id = wanted.id::text
       AND e.changes ? field.name AND e.occurred_at > %(moment)s)
FROM unnest(%(ids)s::uuid[]) AS wanted(id), unnest(%(names)s::text[]) AS field(name)
"""


def fields_at(
    subject_type: str, ids: Iterable[Any], names: Iterable[str], moment: datetime
) -> dict[tuple[Any, str], Any]:
    """Return fields of records at a moment, as text: the last change before it, else what the first one after it replaced.

    What no entry tells of is left out: it has always been as it is.
    """
    values = {"type": subject_type, "ids": list(ids), "names": list(names), "moment": moment}
    if not values["ids"]:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_FIELDS, values)
        return {
            (pk, name): before if is_before else after
            for pk, name, before, after, is_before, is_after in cursor.fetchall()
            if is_before or is_after
        }


def classes_at(datasets: set[Any], moment: datetime) -> dict[Any, tuple[str, tuple[str, ...]]]:
    """Return the class of datasets at a moment."""
    known = fields_at("catalog.dataset", (one.pk for one in datasets), ("level", "categories"), moment)
    found = {}
    for one in datasets:
        level = known.get((one.pk, "level"), one.level) or ""
        categories = known.get((one.pk, "categories"), one.categories)
        found[one.pk] = (level, _listed(categories))
    return found


def _listed(value: Any) -> tuple[str, ...]:
    """Return categories as the ledger writes them (a list as text, as PostgreSQL or JSON do) in order."""
    if isinstance(value, list):
        return tuple(sorted(value))
    text = (value or "").strip("{}[]").replace('"', "")
    return tuple(sorted(part.strip() for part in text.split(",") if part.strip()))


def visible_systems(person: Any, key: str = "") -> Any:
    """Return the systems a person may ask about, one of them if a key is given."""
    found = AISystem.objects.visible_to(person)
    return found.filter(Q(key__iexact=key.strip())) if key.strip() else found
