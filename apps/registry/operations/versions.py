"""Versions of models: immutable artefacts and dated snapshots, what they were made from, measured at, and their cards."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import Max
from django.utils.translation import gettext as _

from apps.audit.operation import operation
from apps.catalog.models import Dataset
from apps.inventory.operations.checks import check_fields, check_words
from apps.kernel import clock
from apps.kernel.actors import Actor
from apps.kernel.errors import Conflict, Invalid
from apps.kernel.identifiers import next_key
from apps.registry import permissions
from apps.registry.events import Event
from apps.registry.models import AIModel, DataRole, ModelCard, ModelVersion, VersionData, VersionMetric, VersionStage

DIGEST = re.compile(r"(sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128})\Z")
LARGEST_CARD = 200_000
FIRST = datetime(1970, 1, 1, tzinfo=UTC)


@operation(Event.VERSION_REGISTERED, needs=None, subject="ai_model", may=permissions.may_edit_model)
def register_version(
    *,
    actor: Actor,
    ai_model: AIModel,
    name: str,
    artefact_digest: str = "",
    snapshot: str = "",
    source: str = "",
    licence: str = "",
    released_on: date | None = None,
    parameters: dict[str, Any] | None = None,
    data: Iterable[dict[str, Any]] = (),
    metrics: Iterable[dict[str, Any]] = (),
) -> ModelVersion:
    """Put a version on record; the same name and identity again is the same version, another identity conflicts."""
    name, digest, snapshot = name.strip(), artefact_digest.strip().lower(), snapshot.strip()
    values = {
        "name": name, "artefact_digest": digest, "snapshot": snapshot, "source": source.strip(),
        "licence": licence.strip(), "released_on": released_on, "parameters": _plain(parameters or {}),
    }  # fmt: skip
    _check_identity(name, digest, snapshot)
    check_fields(ModelVersion, values)
    check_words({**values, "parameters": json.dumps(values["parameters"])})
    known = ai_model.versions.filter(name=name).first()
    if known is not None:
        if (known.artefact_digest, known.snapshot) != (digest, snapshot):
            raise Conflict(
                _("%(name)s is on record as another artefact: %(key)s.") % {"name": name, "key": known.key},
                theirs=known,
            )
        return known
    made = ModelVersion.objects.create(
        key=next_key("MDV"), ai_model=ai_model, registered_by_id=actor.id if actor.is_person else None, **values
    )
    for one in data:
        link_data(actor=actor, model_version=made, **one)
    if metrics := list(metrics):
        record_metrics(actor=actor, model_version=made, metrics=metrics)
    return made


@operation(Event.DATA_LINKED, needs=None, subject="model_version", may=permissions.may_edit_version)
def link_data(
    *, actor: Actor, model_version: ModelVersion, dataset: Dataset, role: str, digest: str = "", notes: str = ""
) -> VersionData:
    """Say which dataset a version was trained, validated or evaluated on; it stays said."""
    if role not in DataRole.values:
        raise Invalid({"role": [_("Choose what the dataset was used for.")]})
    check_fields(VersionData, {"digest": digest, "notes": notes})
    check_words({"notes": notes})
    made, _created = VersionData.objects.get_or_create(
        model_version=model_version, dataset=dataset, role=role, defaults={"digest": digest, "notes": notes}
    )
    return made


@operation(Event.METRICS_RECORDED, needs=None, subject="model_version", may=permissions.may_edit_version)
def record_metrics(*, actor: Actor, model_version: ModelVersion, metrics: Iterable[dict[str, Any]]) -> int:
    """Write down measured values (name, value, and what is known of: unit, dataset, data_slice, source, measured_at).

    What is on record already stays as it is; return how many values were new.
    """
    rows = [_metric(place, model_version, one) for place, one in enumerate(metrics, 1)]
    before = model_version.metrics.count()
    VersionMetric.objects.bulk_create(rows, ignore_conflicts=True)
    return model_version.metrics.count() - before


@operation(Event.CARD_WRITTEN, needs=None, subject="model_version", may=permissions.may_edit_version)
def write_card(
    *, actor: Actor, model_version: ModelVersion, content: dict[str, Any], source: str = "form"
) -> ModelCard:
    """Write the card of a version anew; those before stay readable, and the same words again are no new card."""
    content = _plain({name: value for name, value in content.items() if value not in ("", None, [], {})})
    if not content:
        raise Invalid({"content": [_("A card says at least one thing.")]})
    if len(json.dumps(content)) > LARGEST_CARD:
        raise Invalid({"content": [_("This card is too long.")]})
    check_words({name: json.dumps(value, ensure_ascii=False) for name, value in content.items()})
    newest = model_version.cards.order_by("-number").first()
    if newest is not None and newest.content == content:
        return newest
    number = (model_version.cards.aggregate(newest=Max("number"))["newest"] or 0) + 1
    return ModelCard.objects.create(
        model_version=model_version,
        number=number,
        content=content,
        source=source[:40],
        written_by_id=actor.id if actor.is_person else None,
    )


@operation(Event.VERSION_VALIDATED, needs=None, subject="model_version", may=permissions.may_validate_version)
def validate_version(*, actor: Actor, model_version: ModelVersion, reason: str) -> ModelVersion:
    """Say, as somebody who did not register it, that a version does what its card says."""
    if not reason.strip():
        raise Invalid({"reason": [_("Say what you looked at.")]})
    check_words({"reason": reason})
    model_version.stage = VersionStage.VALIDATED
    model_version.save(update_fields=["stage"])
    return model_version


def _check_identity(name: str, digest: str, snapshot: str) -> None:
    if not name:
        raise Invalid({"name": [_("A version has a name.")]})
    if not digest and not snapshot:
        raise Invalid({"artefact_digest": [_("Give the digest of the artefact, or the provider's dated snapshot.")]})
    if digest and not DIGEST.match(digest):
        raise Invalid({"artefact_digest": [_("A digest is written sha256: and 64 hexadecimal digits.")]})


def _metric(place: int, model_version: ModelVersion, one: dict[str, Any]) -> VersionMetric:
    try:
        value = Decimal(str(one.get("value", "")))
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or abs(value) >= Decimal(10) ** 18:
        raise Invalid({"metrics": [_("Row %(place)s: the value is no number that can be kept.") % {"place": place}]})
    name = str(one.get("name", "")).strip()
    if not name:
        raise Invalid({"metrics": [_("Row %(place)s: the measure has no name.") % {"place": place}]})
    values = {key: str(one.get(key) or "").strip() for key in ("unit", "data_slice", "source")}
    check_fields(VersionMetric, {"name": name, **values})
    return VersionMetric(
        model_version=model_version,
        name=name,
        value=round(value, 12),
        dataset=one.get("dataset"),
        measured_at=_measured_at(place, one.get("measured_at")),
        **values,
    )


def _measured_at(place: int, told: Any) -> datetime:
    """Return when something was measured; PostgreSQL keeps moments that Python cannot read, and nothing is read after."""
    if not told:
        return clock.now()
    try:
        moment = told if isinstance(told, datetime) else datetime.fromisoformat(str(told))
    except ValueError:
        moment = datetime.min
    if moment.tzinfo is None:
        raise Invalid({"metrics": [_("Row %(place)s: say the moment with its zone.") % {"place": place}]})
    if not FIRST <= moment <= clock.now() + timedelta(days=1):
        raise Invalid({"metrics": [_("Row %(place)s: nothing was measured then.") % {"place": place}]})
    return moment


def _plain(value: Any) -> Any:
    """Return what JSON can hold, without the characters that PostgreSQL refuses."""
    return json.loads(json.dumps(value, default=str).replace("\\u0000", ""))
