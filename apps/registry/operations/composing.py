"""Composing a release: exact versions of models, artefacts and whatever else it is made of, frozen as one set."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from apps.accounts.models import Person
from apps.inventory.models import AISystem, Release
from apps.inventory.operations import freeze_release
from apps.inventory.operations.checks import check_words
from apps.kernel.actors import Actor
from apps.kernel.errors import Invalid
from apps.registry.models import ArtefactKind, ArtefactVersion, ModelVersion, VersionStage

OTHER = ("kind", "name", "version", "digest")
OWN_KINDS = ("model", *ArtefactKind.values)


def compose_release(
    *,
    actor: Actor,
    system: AISystem,
    model_versions: Iterable[ModelVersion] = (),
    artefact_versions: Iterable[ArtefactVersion] = (),
    others: Iterable[dict[str, str]] = (),
    name: str = "",
    notes: str = "",
    request_key: str | None = None,
) -> Release:
    """Freeze exactly these versions as a release; the freezing itself is the inventory's operation."""
    models, artefacts = list(model_versions), list(artefact_versions)
    _check_models(actor, models)
    for version in artefacts:
        if version.artefact.system_id != system.pk:
            raise Invalid({"": [_("%(artefact)s is of another system.") % {"artefact": version.artefact.key}]})
    items = parts_of(models, artefacts, others)
    return freeze_release(actor=actor, system=system, items=items, name=name, notes=notes, request_key=request_key)


def parts_of(
    models: Iterable[ModelVersion], artefacts: Iterable[ArtefactVersion], others: Iterable[dict[str, Any]]
) -> list[dict[str, str]]:
    """Return the parts as they are frozen."""
    return [*_model_items(list(models)), *map(_artefact_item, artefacts), *map(_other, others)]


def warnings_about(model_versions: Iterable[ModelVersion]) -> list[str]:
    """Return what one should know of versions before they are frozen: those that will be gone."""
    found = []
    for version in model_versions:
        if version.stage == VersionStage.DEPRECATED:
            words = {"version": version, "day": version.retires_on or _("a day not yet known")}
            found.append(_("%(version)s is deprecated: gone from %(day)s.") % words)
    return found


def _check_models(actor: Actor, models: list[ModelVersion]) -> None:
    # Asked anew: what the caller holds may be older than the retirement.
    gone = ModelVersion.objects.filter(pk__in=[version.pk for version in models], stage=VersionStage.RETIRED)
    for version in gone.select_related("ai_model"):
        raise Invalid({"": [_("%(version)s is retired.") % {"version": version}]})
    if actor.is_person and models:
        wanted = {version.pk for version in models}
        person = Person.objects.get(pk=actor.id)
        seen = set(ModelVersion.objects.visible_to(person).filter(pk__in=wanted).values_list("pk", flat=True))
        if wanted - seen:
            raise Invalid({"": [_("One of these models is not known to you.")]})


def _model_items(models: list[ModelVersion]) -> list[dict[str, str]]:
    """Name each model; where two of one name are meant, their keys tell them apart."""
    names = Counter(name for name, _key in {(v.ai_model.name, v.ai_model_id) for v in models})
    return [
        {
            "kind": "model",
            "name": f"{v.ai_model.name} ({v.ai_model.key})" if names[v.ai_model.name] > 1 else v.ai_model.name,
            "version": v.name,
            "digest": v.artefact_digest,
            "subject_type": "registry.model_version",
            "subject_id": str(v.pk),
        }
        for v in models
    ]


def _artefact_item(version: ArtefactVersion) -> dict[str, str]:
    return {
        "kind": version.artefact.kind,
        "name": version.artefact.name,
        "version": str(version.number),
        "digest": version.digest,
        "subject_type": "registry.artefact_version",
        "subject_id": str(version.pk),
    }


def _other(item: dict[str, Any]) -> dict[str, str]:
    """Take a part that is on record nowhere, such as a container image; it never passes for one that is."""
    found = {key: str(item.get(key) or "").strip() for key in OTHER}
    if found["kind"] in OWN_KINDS:
        raise Invalid({"others": [_("Choose %(name)s among the versions on record.") % {"name": found["name"]}]})
    if any(len(value) > 300 for value in found.values()):
        raise Invalid({"others": [_("One of these is longer than 300 characters.")]})
    check_words({"others": [found["name"], found["version"]]})
    return found
