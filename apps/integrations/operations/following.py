"""Taking over what an MLflow server holds: three ways are compared (there, here, and what was taken over last).

What changed there only is taken over; what changed here only stays; what changed on both sides is a conflict that is
shown. Nothing is deleted here because it was deleted there.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext as _

from apps.audit.operation import operation
from apps.integrations import permissions
from apps.integrations.calling import Unreachable
from apps.integrations.events import Event
from apps.integrations.models import DeliveryState, MappingState, MLflowDelivery, MLflowMapping, MLflowServer
from apps.integrations.reading_mlflow import read_model, registered
from apps.integrations.rules_pure.mlflow import snapshot_of
from apps.kernel import clock
from apps.kernel.actors import Actor
from apps.kernel.errors import GatehouseError
from apps.registry import operations as registry
from apps.registry.models import AIModel, ModelVersion

MOST_PROBLEMS = 3
_OUT = (MappingState.GONE, MappingState.IGNORED)


def pull_model(*, actor: Actor, server: MLflowServer, name: str) -> bool:
    """Read one registered model and take over what changed; tell whether anything did."""
    began = clock.now()
    found = read_model(server, name)
    changed = _differs(server, name, found)
    if changed:
        take_over(actor=actor, server=server, name=name, found=found, read_at=began)
    waiting = MLflowDelivery.objects.filter(server=server, name=name, state=DeliveryState.WAITING)
    known = changed or MLflowMapping.objects.filter(server=server, name=name).exists()
    waiting.filter(received_at__lte=began).update(
        state=DeliveryState.TAKEN if known else DeliveryState.IGNORED,
        reason="" if changed else "as it was" if known else "not there",
    )
    return changed


def poll(*, actor: Actor, server: MLflowServer) -> int:
    """Read every registered model, and those that were here before and are gone there; return how many changed.

    One that cannot be read holds up no other; when several cannot, the server is away.
    """
    changed, problems = 0, []
    try:
        names = list(registered(server))
        known = set(server.mappings.filter(version="").values_list("name", flat=True))
        for name in [*names, *sorted(known - set(names))]:
            try:
                changed += pull_model(actor=actor, server=server, name=name)
            except Unreachable as problem:
                problems.append(f"{name}: {problem}")
                if len(problems) >= MOST_PROBLEMS:
                    break
        if problems:
            raise Unreachable("; ".join(problems))
    except Unreachable as problem:
        MLflowServer.objects.filter(pk=server.pk).update(problem=str(problem)[:300])
        raise
    MLflowServer.objects.filter(pk=server.pk).update(polled_at=clock.now(), problem="")
    return changed


def _differs(server: MLflowServer, name: str, found: dict[str, Any] | None) -> bool:
    """Tell whether anything is otherwise than when it was read last."""
    mappings = {one.version: one for one in server.mappings.filter(name=name)}
    if found is None:
        return any(one.state not in _OUT for one in mappings.values())
    model = mappings.pop("", None)
    if model is None or model.state == MappingState.GONE or model.there != _told(found):
        return True
    if model.state == MappingState.IGNORED:
        return False
    if model.state == MappingState.LINKED and model.taken != model.there:
        return True
    if model.ai_model is None:
        # Nothing stands for it yet; its versions wait until a person has said what it is.
        return False
    told = {one["version"]: _told_version(one) for one in found["versions"]}
    ignored = {number for number, one in mappings.items() if one.state == MappingState.IGNORED}
    if set(told) - ignored != {number for number, one in mappings.items() if one.state not in _OUT}:
        return True
    return any(
        mappings[number].there != now
        or (mappings[number].state == MappingState.LINKED and mappings[number].taken != mappings[number].there)
        for number, now in told.items()
    )


@operation(Event.SERVER_PULLED, needs=None, subject="server", may=permissions.may_pull)
def take_over(
    *, actor: Actor, server: MLflowServer, name: str, found: dict[str, Any] | None, read_at: datetime
) -> MLflowServer:
    """Write down what a server holds under a name; what was read before something newer changes nothing."""
    mapping = MLflowMapping.objects.filter(server=server, name=name, version="").first()
    if mapping is not None and mapping.pulled_at > read_at:
        return server
    if found is None:
        for one in MLflowMapping.objects.filter(server=server, name=name).exclude(state=MappingState.IGNORED):
            _put(one, MappingState.GONE, _("It is not there any more; here it stays."), read_at)
        return server
    if mapping is None:
        mapping = MLflowMapping(server=server, name=name, pulled_at=read_at)
    mapping.there = _told(found)
    if mapping.state == MappingState.IGNORED:
        mapping.save()
        return server
    if mapping.ai_model is None and (why := _register(actor, server, mapping)):
        _put(mapping, MappingState.CONFLICT, why, read_at)
        return server
    problems = _describe(actor, mapping)
    for one in found["versions"]:
        _take_version(actor, mapping, one, read_at)
    gone = server.mappings.filter(name=name).exclude(version__in=["", *(one["version"] for one in found["versions"])])
    for one in gone.exclude(state=MappingState.IGNORED):
        _put(one, MappingState.GONE, _("It is not there any more; here it stays."), read_at)
    problems += _take_aliases(actor, mapping)
    _put(mapping, MappingState.CONFLICT if problems else MappingState.LINKED, " ".join(problems), read_at)
    return server


def _told(found: dict[str, Any]) -> dict[str, Any]:
    return {name: found[name] for name in ("description", "tags", "aliases")}


def _told_version(one: dict[str, Any]) -> dict[str, Any]:
    return {name: one[name] for name in ("source", "run", "digest", "tags", "metrics")}


def _put(mapping: MLflowMapping, state: str, why: str, read_at: datetime) -> None:
    if mapping.state != state or mapping._state.adding:
        mapping.since = clock.now()
    mapping.state, mapping.why, mapping.pulled_at = state, why[:500], read_at
    mapping.save()


def _register(actor: Actor, server: MLflowServer, mapping: MLflowMapping) -> str:
    """Put a model on record that is new here; return what stands against it."""
    known = AIModel.objects.filter(name=mapping.name, provider=None).first()
    if known is not None:
        return _("%(key)s of this name is on record already. Is it the same?") % {"key": known.key}
    try:
        mapping.ai_model = registry.register_model(
            actor=actor, name=mapping.name, department=server.department, owner=server.owner,
            summary=mapping.there["description"],
        )  # fmt: skip
    except GatehouseError as problem:
        return str(problem)
    mapping.taken = {"description": mapping.there["description"]}
    return ""


def _describe(actor: Actor, mapping: MLflowMapping) -> list[str]:
    """Take over the description where only theirs changed; the tags stand on the mapping."""
    ours, there, taken = mapping.ai_model, mapping.there["description"], mapping.taken.get("description", "")
    mapping.taken = {**mapping.taken, "tags": mapping.there["tags"]}
    if there != taken and ours.summary not in (there, taken):
        return [_("The description was changed there and here.")]
    if there not in (taken, ours.summary):
        try:
            registry.edit_model(actor=actor, ai_model=ours, changes={"summary": there})
        except GatehouseError as problem:
            return [str(problem)]
    mapping.taken["description"] = there
    return []


def _take_version(actor: Actor, model: MLflowMapping, one: dict[str, Any], read_at: datetime) -> None:
    """Put a version on record, or see that the one on record is still the one there."""
    mapping = MLflowMapping.objects.filter(server=model.server, name=model.name, version=one["version"]).first()
    if mapping is None:
        mapping = MLflowMapping(server=model.server, name=model.name, version=one["version"])
    mapping.ai_model, mapping.there = model.ai_model, _told_version(one)
    if mapping.state == MappingState.IGNORED:
        mapping.save()
        return
    same = all(mapping.taken.get(name) == one[name] for name in ("source", "digest"))
    if mapping.model_version is not None and not same:
        why = _("Another artefact has this number there now: %(source)s") % {"source": one["digest"] or one["source"]}
        _put(mapping, MappingState.CONFLICT, why, read_at)
        return
    try:
        if mapping.model_version is None:
            mapping.model_version = _new_version(actor, model, one)
        if one["metrics"] != mapping.taken.get("metrics", []):
            _measure(actor, mapping, one)
    except GatehouseError as problem:
        _put(mapping, MappingState.CONFLICT, str(problem), read_at)
        return
    mapping.taken = mapping.there
    _put(mapping, MappingState.LINKED, "", read_at)


def _new_version(actor: Actor, model: MLflowMapping, one: dict[str, Any]) -> ModelVersion:
    snapshot = snapshot_of(str(model.server_id), model.name, one["version"], one["source"])
    return registry.register_version(
        actor=actor, ai_model=model.ai_model, name=one["version"], artefact_digest=one["digest"],
        snapshot="" if one["digest"] else snapshot, source=one["source"], parameters=one["parameters"],
    )  # fmt: skip


def _measure(actor: Actor, mapping: MLflowMapping, one: dict[str, Any]) -> None:
    source = f"MLflow {mapping.server.name} {one['run'] or one['source']}"[:300]
    rows = [
        {"name": row["name"], "value": row["value"], "source": source,
         "measured_at": datetime.fromtimestamp(row["at"] / 1000, UTC)}
        for row in one["metrics"]
    ]  # fmt: skip
    registry.record_metrics(actor=actor, model_version=mapping.model_version, metrics=rows)


def _take_aliases(actor: Actor, mapping: MLflowMapping) -> list[str]:
    """Move aliases that moved there only; return what moved on both sides."""
    model, there, taken = mapping.ai_model, mapping.there["aliases"], dict(mapping.taken.get("aliases", {}))
    ours = {one.name: one.model_version.name for one in model.aliases.standing().select_related("model_version")}
    problems = []
    for alias in sorted({*there, *taken}):
        wanted, before, now = there.get(alias), taken.get(alias), ours.get(alias)
        if wanted == before:
            continue
        if now not in (wanted, before):
            problems.append(_("The alias %(alias)s was moved there and here.") % {"alias": alias})
            continue
        try:
            if now != wanted:
                _move(actor, mapping, alias, wanted)
        except GatehouseError as problem:
            problems.append(f"{alias}: {problem}")
            continue
        taken.pop(alias, None)
        if wanted is not None:
            taken[alias] = wanted
    mapping.taken = {**mapping.taken, "aliases": taken}
    return problems


def _move(actor: Actor, mapping: MLflowMapping, alias: str, wanted: str | None) -> None:
    if wanted is None:
        registry.end_alias(actor=actor, ai_model=mapping.ai_model, name=alias)
        return
    linked = MLflowMapping.objects.filter(server=mapping.server, name=mapping.name, version=wanted).first()
    if linked is None or linked.model_version is None:
        raise GatehouseError(_("its version %(version)s is not on record.") % {"version": wanted})
    registry.set_alias(actor=actor, ai_model=mapping.ai_model, name=alias, model_version=linked.model_version)
