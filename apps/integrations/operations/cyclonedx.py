"""AI bills of materials (CycloneDX) taken over and handed out, checked with the public schema both times."""

from __future__ import annotations

import functools
import json
import threading
from typing import Any

from django.utils.translation import gettext as _

from apps.accounts.models import Person
from apps.audit.operation import operation
from apps.integrations.events import Event
from apps.integrations.rules_pure import cyclonedx
from apps.integrations.rules_pure.cyclonedx import ToldModel, WrittenPart
from apps.inventory.models import Release, Vendor
from apps.inventory.operations import register_vendor
from apps.kernel import clock
from apps.kernel.actors import Actor
from apps.kernel.authorisation import decide
from apps.kernel.errors import Conflict, Invalid, Refused
from apps.kernel.permissions import Permission
from apps.registry import operations as registry
from apps.registry.models import AIModel, ModelVersion
from apps.registry.permissions.aimodels import may_write_about
from apps.registry.queries.known import datasets as datasets_known

LARGEST = 5 * 1024 * 1024
MOST_PROBLEMS = 20
_one_at_a_time = threading.Lock()


@operation(Event.BILL_IMPORTED, needs=Permission.REGISTRY_MODEL_EDIT)
def import_bill(*, actor: Actor, content: bytes, department: Any = None) -> dict[str, Any]:
    """Take over the models of a bill; the same bill again changes nothing, and an invalid one is refused with the places."""
    document = _read(content)
    told = cyclonedx.models_in(document)
    if not told:
        raise Invalid({"components": [_("There is no component of type machine-learning-model in it.")]})
    _refuse_nameless(told)
    counts = {"models": len(told), "made_AIModel": 0, "made_ModelVersion": 0, "made_ModelCard": 0, "datasets_known": 0}
    unknown: list[str] = []
    for one in told:
        unknown += _take(actor, one, department, counts)
    return counts | {"datasets_unknown": sorted(set(unknown))}


def _read(content: bytes) -> dict[str, Any]:
    if len(content) > LARGEST:
        raise Invalid({"content": [_("A bill of materials has 5 MB at most.")]})
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        raise Invalid({"content": [_("This is no JSON document.")]}) from None
    spec = document.get("specVersion") if isinstance(document, dict) else None
    if not isinstance(document, dict) or document.get("bomFormat") != "CycloneDX" or spec not in cyclonedx.VERSIONS:
        versions = ", ".join(cyclonedx.VERSIONS)
        raise Invalid(
            {"$.specVersion": [_("A CycloneDX bill of version %(versions)s is taken.") % {"versions": versions}]}
        )
    problems = problems_of(document)
    if problems:
        raise Invalid(problems)
    return document


def problems_of(document: dict[str, Any]) -> dict[str, list[str]]:
    """Return what the public schema objects to, by place (JSONPath); nothing: it is valid."""
    found: dict[str, list[str]] = {}
    with _one_at_a_time:
        errors = _validator(document["specVersion"]).validate_str(json.dumps(document), all_errors=True)
        for number, error in enumerate(errors or ()):
            if number >= MOST_PROBLEMS:
                break
            place, sentence = _said(error.data)
            found.setdefault(place, []).append(sentence)
    return found


def _said(error: Any) -> tuple[str, str]:
    """Return the place and the sentence of an objection; of several ways none of which fits, the nearest."""
    while error.context:
        error = max(error.context, key=lambda one: len(one.absolute_path))
    return str(error.json_path)[:300], str(error.message)[:300]


@functools.cache
def _validator(spec: str) -> Any:
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    return JsonStrictValidator(SchemaVersion.from_version(spec))


def _refuse_nameless(told: list[ToldModel]) -> None:
    problems = {
        one.place: [
            _("%(name)s has neither a hash nor a version: which artefact it is cannot be told.") % {"name": one.name}
        ]
        for one in told
        if not one.digest and not one.version
    }
    if problems:
        raise Invalid(problems)


def _take(actor: Actor, told: ToldModel, department: Any, counts: dict[str, int]) -> list[str]:
    """Put one model of a bill on record; return the datasets that it names and we do not know."""
    provider = _vendor(actor, told.supplier)
    model = AIModel.objects.filter(name=told.name[:200], provider=provider).first()
    _check_may(actor, model, department)
    if model is None:
        model = registry.register_model(
            actor=actor, name=told.name[:200], provider=provider, department=department, summary=told.description[:4000],
            task=told.task[:80], architecture=told.architecture[:120], licence=told.licence,
        )  # fmt: skip
        counts["made_AIModel"] += 1
    datasets = datasets_known(actor, Person.objects.filter(pk=actor.id).first() if actor.is_person else None)
    known = [
        (name, datasets.filter(name=name).first() or datasets.filter(title=name).first()) for name in told.datasets
    ]
    before = model.versions.count()
    try:
        version = registry.register_version(
            actor=actor, ai_model=model, name=(told.version or told.digest[:19])[:120], artefact_digest=told.digest,
            snapshot="" if told.digest else told.version[:200], source=told.source, licence=told.licence,
            data=[{"dataset": dataset, "role": "training"} for _name, dataset in known if dataset is not None],
        )  # fmt: skip
    except Conflict as conflict:
        raise Invalid({told.place: [str(conflict)]}) from None
    except Invalid as problem:
        raise Invalid({f"{told.place}.{name}": texts for name, texts in problem.problems.items()}) from None
    made = model.versions.count() - before
    counts["made_ModelVersion"] += made
    if made and told.metrics:
        registry.record_metrics(
            actor=actor, model_version=version, metrics=[dict(one) | {"source": "CycloneDX"} for one in told.metrics]
        )
    if told.card:
        cards = version.cards.count()
        registry.write_card(actor=actor, model_version=version, content=told.card, source="cyclonedx")
        counts["made_ModelCard"] += version.cards.count() - cards
    counts["datasets_known"] += sum(1 for _name, dataset in known if dataset is not None)
    return [name for name, dataset in known if dataset is None]


def _check_may(actor: Actor, model: AIModel | None, department: Any) -> None:
    """Refuse to write about others' models; those of nobody in particular are written by all who write about any."""
    if model is None:
        may = decide(actor, Permission.REGISTRY_MODEL_EDIT, department)
    elif model.department_id is None and model.owner_id is None:
        may = decide(actor, Permission.REGISTRY_MODEL_EDIT)
    else:
        may = may_write_about(actor, model)
    if not may:
        raise Refused(may)


def _vendor(actor: Actor, name: str) -> Vendor | None:
    if not name.strip():
        return None
    found = Vendor.objects.filter(name__iexact=name.strip()[:200]).first()
    return found or register_vendor(actor=actor, name=name.strip()[:200])


def bill_of(release: Release, spec: str = "1.6") -> dict[str, Any]:
    """Return the bill of a release: its models with their cards and data, and everything else by its digest."""
    versions = {
        str(one.pk): one
        for one in ModelVersion.objects.filter(release_links__release=release).select_related("ai_model__provider")
    }
    by_digest = {one.artefact_digest: one for one in versions.values() if one.artefact_digest}
    parts = []
    for item in release.items:
        version = versions.get(item["subject_id"]) or by_digest.get(item["digest"])
        parts.append(
            _part(version) if version else WrittenPart(item["kind"], item["name"], item["version"], item["digest"])
        )
    return cyclonedx.compose(
        identity=f"gatehouse:release:{release.digest}", name=release.system.name, version=release.name or release.key,
        parts=parts, at=clock.now(), spec=spec,
    )  # fmt: skip


def bill_of_version(version: ModelVersion, spec: str = "1.6") -> dict[str, Any]:
    """Return the bill of one version of a model."""
    return cyclonedx.compose(
        identity=f"gatehouse:model-version:{version.key}", name=version.ai_model.name, version=version.name,
        parts=[_part(version)], at=clock.now(), spec=spec,
    )  # fmt: skip


def _part(version: ModelVersion) -> WrittenPart:
    card = version.cards.order_by("-number").first()
    metrics = [
        {"type": one.name, "value": f"{one.value.normalize():f}"}
        | ({"slice": one.data_slice} if one.data_slice else {})
        for one in version.metrics.order_by("name", "measured_at")
    ]
    model = version.ai_model
    return WrittenPart(
        kind="model", name=model.name, version=version.name, digest=version.artefact_digest,
        supplier=model.provider.name if model.provider else "", licence=version.licence or model.licence, task=model.task,
        architecture=model.architecture, card=dict(card.content) if card else {}, metrics=tuple(metrics),
        datasets=tuple(
            {"key": row.dataset.key, "name": row.dataset.title, "classification": row.dataset.level}
            for row in version.data.select_related("dataset").order_by("role", "dataset__key")
        ),
    )  # fmt: skip
