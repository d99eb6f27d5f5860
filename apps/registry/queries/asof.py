"""What ran where at a moment, under which approval, made of what, trained on what, and how that data was classified then.

Nothing here asks how things stand today: deployments by their periods, authorisations by when they were issued, revoked
and outdated, data by the entries of the ledger.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Q

from apps.inventory.models import AISystem, Authorisation, AuthorisationKind, MaterialChange
from apps.registry.models import GATED, Deployment, ReleaseVersion, VersionData

MOST = 500


@dataclass(frozen=True, slots=True)
class DataThen:
    """A dataset behind a version, with its class at the moment (empty: not classified then)."""

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
class RanThen:
    """One deployment at the moment: the approval behind it, and how that stood then."""

    deployment: Deployment
    authorisation: Authorisation | None
    standing: str
    versions: list[VersionThen] = field(default_factory=list)


def as_of(
    moment: datetime,
    *,
    systems: Any,
    environment: str = "",
    region: str = "",
    side: str = "",
    version: Any = None,
    most: int = MOST,
) -> list[RanThen]:
    """Return what should run and what was seen at a moment, among systems (a queryset that is narrowed already)."""
    rows = Deployment.objects.filter(system__in=systems).at(moment)
    rows = rows.filter(environment=environment) if environment else rows
    rows = rows.filter(region=region) if region else rows
    rows = rows.filter(side=side) if side else rows
    rows = rows.filter(release__model_links__model_version=version) if version is not None else rows
    rows = rows.select_related("system", "release", "authorisation", "rollback", "person", "service")
    found = list(rows.order_by("system__key", "environment", "region", "side")[:most])
    approvals = _approvals(found, moment)
    versions = _versions(found, moment)
    return [RanThen(one, *approvals[one.pk], versions.get(one.release_id, [])) for one in found]


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


def _versions(rows: list[Deployment], moment: datetime) -> dict[Any, list[VersionThen]]:
    links = ReleaseVersion.objects.filter(release__in={row.release_id for row in rows if row.release_id})
    links = list(links.select_related("model_version__ai_model").order_by("model_version__key"))
    data: dict[Any, list[VersionData]] = {}
    linked = VersionData.objects.filter(
        model_version__in={link.model_version_id for link in links}, recorded_at__lte=moment
    )
    for one in linked.select_related("dataset").order_by("role", "dataset__key"):
        data.setdefault(one.model_version_id, []).append(one)
    classes = classes_at({one.dataset for rows in data.values() for one in rows}, moment)
    found: dict[Any, list[VersionThen]] = {}
    for link in links:
        of_version = [
            DataThen(one.dataset, one.role, *classes[one.dataset_id]) for one in data.get(link.model_version_id, [])
        ]
        found.setdefault(link.release_id, []).append(VersionThen(link.model_version, of_version))
    return found


_CLASSES = """
SELECT wanted.id, field.name,
    (SELECT e.changes->field.name->>1 FROM audit_entry e
     WHERE e.subject_type = 'catalog.dataset' AND e.subject_id = wanted.id::text AND e.changes ? field.name
       AND e.occurred_at <= %(moment)s ORDER BY e.id DESC LIMIT 1),
    (SELECT e.changes->field.name->>0 FROM audit_entry e
     WHERE e.subject_type = 'catalog.dataset' AND e.subject_id = wanted.id::text AND e.changes ? field.name
       AND e.occurred_at > %(moment)s ORDER BY e.id LIMIT 1),
    EXISTS (SELECT FROM audit_entry e WHERE e.subject_type = 'catalog.dataset' AND e.subject_id = wanted.id::text
       AND e.changes ? field.name AND e.occurred_at <= %(moment)s),
    EXISTS (SELECT FROM audit_entry e WHERE e.subject_type = 'catalog.dataset' AND e.subject_id = wanted.id::text
       AND e.changes ? field.name AND e.occurred_at > %(moment)s)
FROM unnest(%(datasets)s::uuid[]) AS wanted(id), (VALUES ('level'), ('categories')) AS field(name)
"""


def classes_at(datasets: set[Any], moment: datetime) -> dict[Any, tuple[str, tuple[str, ...]]]:
    """Return the class of datasets at a moment: the last change before it, else what the first change after it replaced."""
    if not datasets:
        return {}
    known: dict[tuple[Any, str], Any] = {}
    with connection.cursor() as cursor:
        cursor.execute(_CLASSES, {"moment": moment, "datasets": [one.pk for one in datasets]})
        for pk, name, before, after, is_before, is_after in cursor.fetchall():
            if is_before or is_after:
                known[pk, name] = before if is_before else after
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
