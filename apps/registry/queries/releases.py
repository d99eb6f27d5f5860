"""Reads about releases: their parts, what differs between two, where each may run and where it does."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

from apps.inventory.models import AISystem, Authorisation, Release
from apps.inventory.queries import candidate_release, covering
from apps.registry.models import (
    GATED,
    Artefact,
    ArtefactKind,
    ArtefactVersion,
    Deployment,
    ModelAlias,
    ModelVersion,
    Side,
    VersionMetric,
    VersionStage,
)
from apps.registry.rules_pure import artefacts as contents
from apps.registry.rules_pure.parts import Item, Line, Value, compare, json_values, text_lines


@dataclass(frozen=True, slots=True)
class MetricChange:
    """A measure of a model in two versions; nothing stands where it was not measured."""

    name: str
    unit: str
    before: Decimal | None
    after: Decimal | None

    @property
    def change(self) -> Decimal | None:
        """The difference, where both were measured."""
        return None if self.before is None or self.after is None else self.after - self.before

    @property
    def in_words(self) -> tuple[str, str, str]:
        """Both values and the difference as they are read; empty where there is none."""
        change = self.change
        sign = "+" if change and change > 0 else ""
        return _digits(self.before), _digits(self.after), f"{sign}{_digits(change)}"


KINDS_IN_WORDS: dict[str, Any] = dict(ArtefactKind.choices) | {
    "model": gettext_lazy("Model"),
    "image": gettext_lazy("Image"),
}


def _digits(value: Decimal | None) -> str:
    return "" if value is None else f"{value.normalize():f}"


@dataclass(frozen=True, slots=True)
class PartChange:
    """A part in two versions, with what differs inside, as far as it is on record."""

    kind: str
    name: str
    before: Item
    after: Item
    lines: list[Line] = field(default_factory=list)
    values: list[Value] = field(default_factory=list)
    metrics: list[MetricChange] = field(default_factory=list)

    @property
    def kind_in_words(self) -> Any:
        """What kind of part it is, as people read it."""
        return KINDS_IN_WORDS.get(self.kind, self.kind)


@dataclass(frozen=True, slots=True)
class Differences:
    """What differs between two releases, the older one first."""

    before: Release
    after: Release
    added: list[Item]
    removed: list[Item]
    changed: list[PartChange]
    same: list[Item]

    @property
    def any(self) -> bool:
        """Tell whether there is any difference."""
        return bool(self.added or self.removed or self.changed)


def differences(a: Release, b: Release, *, person: Any = None) -> Differences:
    """Compare two releases part by part; measures of models are shown only to those who may know of the model."""
    found = compare(a.items, b.items)
    pairs = [(one.before, one.after) for one in found.changed]
    records = _records([item for pair in pairs for item in pair], person)
    changed = [_changed(before, after, records) for before, after in pairs]
    return Differences(a, b, found.added, found.removed, changed, found.same)


def _records(items: Iterable[Item], person: Any) -> dict[str, Any]:
    """Return the records behind parts by their identifiers, in two questions."""
    wanted: dict[str, set[str]] = {}
    for item in items:
        wanted.setdefault(item.get("subject_type", ""), set()).add(item.get("subject_id", ""))
    versions: Any = ModelVersion.objects.all() if person is None else ModelVersion.objects.visible_to(person)
    found: dict[str, Any] = {}
    if keys := wanted.get("registry.model_version"):
        found |= {str(row.pk): row for row in versions.filter(pk__in=keys).select_related("ai_model")}
    if keys := wanted.get("registry.artefact_version"):
        rows = ArtefactVersion.objects.filter(pk__in=keys).select_related("artefact")
        found |= {str(row.pk): row for row in rows}
    return found


def _changed(before: Item, after: Item, records: dict[str, Any]) -> PartChange:
    inside: dict[str, Any] = {}
    old, new = records.get(before.get("subject_id", "")), records.get(after.get("subject_id", ""))
    if isinstance(old, ArtefactVersion) and isinstance(new, ArtefactVersion):
        inside = inside_of(old, new)
    elif isinstance(old, ModelVersion) and isinstance(new, ModelVersion):
        inside = {"metrics": metric_changes(old, new)}
    return PartChange(after["kind"], after["name"], before, after, **inside)


def inside_of(old: ArtefactVersion, new: ArtefactVersion) -> dict[str, Any]:
    """Return what differs inside two versions of an artefact: places of JSON, or lines of text."""
    if new.artefact.kind in contents.AS_JSON:
        return {"values": json_values(old.content, new.content)}
    return {"lines": text_lines(old.content, new.content)}


def metric_changes(old: ModelVersion, new: ModelVersion) -> list[MetricChange]:
    """Return each measure that either version has, as it was measured last on the same data."""
    before, after = _latest(old), _latest(new)
    found = []
    for place in sorted(set(before) | set(after)):
        rows = before.get(place), after.get(place)
        unit = next(row.unit for row in rows if row is not None)
        values = [row.value.normalize() if row is not None else None for row in rows]
        name = f"{place[0]} ({place[1]})" if place[1] else place[0]
        found.append(MetricChange(name, unit, *values))
    return found


def _latest(version: ModelVersion) -> dict[tuple[str, str, str], VersionMetric]:
    rows = version.metrics.order_by("measured_at", "id")
    return {(row.name, row.data_slice, str(row.dataset_id or "")): row for row in rows}


def models_in(release: Release) -> QuerySet[ModelVersion]:
    """Return the model versions that stand in a release."""
    return ModelVersion.objects.filter(release_links__release=release).select_related("ai_model")


def parts_of(release: Release, person: Any) -> list[dict[str, Any]]:
    """Return the parts of a release with the records behind them that a person may know of."""
    records = _records(release.items, person)
    return [{"item": item, "record": records.get(item.get("subject_id", ""))} for item in release.items]


def before(release: Release) -> Release | None:
    """Return the release of the system before this one."""
    return release.system.releases.filter(number__lt=release.number).order_by("-number").first()


def last_approved(release: Release, moment: datetime) -> Release | None:
    """Return the release of the system that a gate approved last to run, before a moment, other than this one."""
    decided = Authorisation.objects.filter(
        system_id=release.system_id, kind="decision", environment__in=GATED, issued_at__lt=moment
    )
    decided = decided.exclude(release=None).exclude(release=release).select_related("release")
    newest = decided.order_by("-issued_at", "-pk").first()
    return newest.release if newest else None


def covered(release: Release) -> list[tuple[Any, Authorisation | None]]:
    """Return for each environment that a gate guards what lets the release run there now."""
    return [(environment, covering(release, environment)) for environment in GATED]


def running(release: Release) -> list[Deployment]:
    """Return where a release should run or was seen running, what stands first."""
    rows = release.deployments.order_by("-valid_from")[:100]
    return sorted(rows, key=lambda row: (row.valid_until is not None, row.environment, row.region, row.side))


@dataclass(frozen=True, slots=True)
class NextReview:
    """What the next review of a system would freeze, and what it would be compared with."""

    release: Release | None
    covered: list[tuple[Any, Authorisation | None]]
    desired: list[Deployment]


def next_review(system: AISystem) -> NextReview:
    """Return what the next review of a system would be about."""
    release = candidate_release(system)
    desired = Deployment.objects.standing().filter(system=system, side=Side.DESIRED).select_related("release")
    return NextReview(release, covered(release) if release else [], list(desired.order_by("environment", "region")))


@dataclass(frozen=True, slots=True)
class Choice:
    """What may go into a release: its name in the form, its words, and what one should know of it."""

    value: str
    label: str
    record: Any
    chosen: bool = False


def model_choices(person: Any, chosen: set[str], needle: str = "") -> list[Choice]:
    """Return the versions and aliases that a person may compose: visible, not retired."""
    versions = ModelVersion.objects.visible_to(person).exclude(stage=VersionStage.RETIRED).select_related("ai_model")
    aliases = ModelAlias.objects.visible_to(person).standing().select_related("ai_model", "model_version__ai_model")
    found = [
        Choice(f"{a.ai_model.key}@{a.name}", f"{a.ai_model.name} @{a.name} → {a.model_version.name}", a.model_version)
        for a in aliases.order_by("ai_model__name", "name")[:200]
    ]
    rows = versions.order_by("ai_model__name", "-registered_at")[:500]
    found += [Choice(v.key, _label(v), v, str(v.pk) in chosen) for v in rows]
    return [one for one in found if needle.lower() in one.label.lower()] if needle else found


def _label(version: ModelVersion) -> str:
    words = f"{version.ai_model.name} {version.name}, {version.get_stage_display()}"
    return f"{words} ({version.retires_on})" if version.retires_on else words


def artefact_choices(system: AISystem, chosen: set[str]) -> list[tuple[Artefact, list[Choice]]]:
    """Return the artefacts of a system with their versions; nothing chosen before: the newest is."""
    found = []
    for artefact in system.artefacts.prefetch_related("versions").order_by("kind", "name"):
        rows = list(artefact.versions.all())[:20]
        choices = [
            Choice(
                f"{artefact.key}/{v.number}",
                f"{artefact.get_kind_display()} {artefact.name} {v.number}",
                v,
                str(v.pk) in chosen,
            )
            for v in rows
        ]
        if choices:
            found.append((artefact, choices))
    return found


def resolve_models(seen: QuerySet[ModelVersion], names: Iterable[str]) -> tuple[list[ModelVersion], list[str]]:
    """Return the versions that keys (MDV-0001) and aliases (MDL-0001@champion) mean, and the names that mean nothing."""
    versions: dict[Any, ModelVersion] = {}
    unknown = []
    for name in dict.fromkeys(names):
        key, _at, alias = name.partition("@")
        if alias:
            rows = ModelAlias.objects.standing().filter(ai_model__key=key, name=alias, model_version__in=seen)
            row = rows.select_related("model_version__ai_model").first()
            version = row.model_version if row else None
        else:
            version = seen.filter(key=key).select_related("ai_model").first()
        if version is None:
            unknown.append(name)
        else:
            versions[version.pk] = version
    return list(versions.values()), unknown


def resolve_artefacts(system: AISystem, names: Iterable[str]) -> tuple[list[ArtefactVersion], list[str]]:
    """Return the artefact versions that ART-0001/2 and the like mean (no number: the newest), and the unknown names."""
    found, unknown = [], []
    for name in dict.fromkeys(names):
        key, _slash, number = name.partition("/")
        rows = ArtefactVersion.objects.filter(artefact__system=system, artefact__key=key).select_related("artefact")
        if number:
            rows = rows.filter(number=int(number)) if number.isdigit() and len(number) < 9 else rows.none()
        version = rows.order_by("-number").first()
        if version is None:
            unknown.append(name)
        else:
            found.append(version)
    return found, unknown
