"""The parts of a manifest, one after the other: system, models with versions, artefacts, release."""

from __future__ import annotations

import hashlib
import json
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from apps.accounts.models import Department, Person
from apps.inventory import operations as inventory
from apps.inventory.models import AISystem, Intake, IntakeOutcome, Stage, Vendor
from apps.inventory.operations.releases import frozen_bytes
from apps.kernel import authorisation
from apps.kernel.errors import Conflict, Invalid, Refused
from apps.kernel.permissions import Permission
from apps.registry.models import AIModel, ModelVersion
from apps.registry.queries import known as known_rows
from apps.registry.rules_pure import manifest
from apps.registry.rules_pure.artefacts import BadContent, digest, normalised
from apps.registry.rules_pure.manifest import pointer

from .aimodels import register_model
from .artefacts import add_artefact_version, register_artefact
from .composing import compose_release, parts_of, warnings_about
from .manifest_taking import ADDED, MADE, UNCHANGED, WAITS, Item, Taking, Unready
from .versions import link_data, record_metrics, register_version, write_card

GONE = (Stage.RETIRED, Stage.WITHDRAWN, Stage.REJECTED)
TOLD_OF_MODELS = ("summary", "task", "architecture", "base_name", "derivation", "licence", "hosting")
TOLD_OF_VERSIONS = ("source", "licence")


def take_system(taking: Taking) -> None:
    """Find the system, or put it on record as proposed; with the intake's answers a person sends a wish instead."""
    given = taking.document.get("system")
    if given is None:
        return
    with taking.at("/system", given):
        if taking.actor.is_person:
            _need(taking, Permission.INVENTORY_CATALOG_BROWSE)
        taking.system = _known_system(taking, given)
        if taking.system is not None:
            notes = _differences(taking.system, given, ("name", "summary"))
            taking.tell("/system", "system", taking.system.name, taking.system, notes=notes)
        elif "answers" in given:
            _wish(taking, given)
        else:
            taking.system = _register_system(taking, given)


def _known_system(taking: Taking, given: dict[str, Any]) -> AISystem | None:
    rows = taking.systems().select_related("department", "owner")
    if "key" in given:
        found = rows.filter(key=given["key"]).first()
        if found is None:
            raise Invalid({"key": [_("There is no such system, or it is not yours to know.")]})
        return found
    rows = rows.filter(name=given["name"].strip(), merged_into=None).exclude(stage__in=GONE)
    if "department" in given:
        rows = rows.filter(department=_department(given["department"]))
    found = list(rows[:2])
    if len(found) > 1:
        raise Invalid({"name": [_("Several systems are called so: give the key.")]})
    return found[0] if found else None


def _register_system(taking: Taking, given: dict[str, Any]) -> AISystem:
    department = _department(given["department"]) if "department" in given else taking.department
    if department is None:
        raise Invalid({"": [_("Name the department that answers for it.")]})
    made = inventory.register_system(
        actor=taking.actor, name=given["name"], summary=given.get("summary", ""), department=department,
        owner=_person(given.get("owner")) or taking.answering, proposer=taking.answering,
    )  # fmt: skip
    note = _("It is proposed; what may run is decided at gates. From now on name it by its key.")
    taking.tell("/system", "system", made.name, made, outcome=MADE, notes=[note])
    return made


def _wish(taking: Taking, given: dict[str, Any]) -> None:
    """Send the wish once; what triage made of it counts."""
    rows = Intake.objects.filter(proposer_id=taking.answering.pk, name=given["name"].strip())
    known = rows.exclude(outcome=IntakeOutcome.WITHDRAWN).order_by("-proposed_at").select_related("system").first()
    if known is None:
        made = inventory.propose(
            actor=taking.actor, name=given["name"], purpose=given.get("summary", ""), answers=given["answers"],
            department=_department(given["department"]) if "department" in given else None,
        )  # fmt: skip
        if made.outcome == IntakeOutcome.BLOCKED:
            raise Invalid({"answers": [made.reason]})
        taking.tell("/system", "wish", made.name, made, outcome=MADE, notes=[_("Triage decides on it.")])
    elif known.outcome == IntakeOutcome.WAITING:
        taking.tell("/system", "wish", known.name, known, notes=[_("Triage decides on it.")])
    elif known.system is not None and taking.systems().filter(pk=known.system_id).exists():
        taking.system = known.system
        taking.tell("/system", "system", known.system.name, known.system)
    else:
        words = {"key": known.key, "outcome": known.get_outcome_display(), "why": known.reason}
        raise Conflict(_("%(key)s was decided: %(outcome)s. %(why)s") % words)


def take_models(taking: Taking) -> None:
    """Find or register each model with its versions."""
    for number, given in enumerate(taking.document.get("models", [])):
        place, found = pointer("models", number), None
        with taking.at(place, given):
            _need(taking, Permission.REGISTRY_MODEL_VIEW)
            found = _model(taking, place, given)
        for position, version in enumerate(given.get("versions", [])):
            if found is None:
                break
            where = f"{place}/versions/{position}"
            with taking.at(where, version):
                row = _version(taking, where, found, version)
                for name in (given["name"].strip(), given.get("key", ""), found.key):
                    taking.versions[name, row.name] = row


def _model(taking: Taking, place: str, given: dict[str, Any]) -> AIModel:
    provider = _vendor(given.get("provider", ""))
    rows = known_rows.ai_models(taking.actor, taking.person).select_related("department", "owner", "provider")
    if "key" in given:
        known = rows.filter(key=given["key"]).first()
        if known is None:
            raise Invalid({"key": [_("There is no such model, or it is not yours to know.")]})
    else:
        known = rows.filter(name=given["name"].strip(), provider=provider).first()
    if known is not None:
        taking.tell(place, "model", known.name, known, notes=_differences(known, given, TOLD_OF_MODELS))
        return known
    department = _department(given["department"]) if "department" in given else taking.department
    plain = {name: given[name] for name in (*TOLD_OF_MODELS, "modalities_in", "modalities_out") if name in given}
    made = register_model(
        actor=taking.actor, name=given["name"], provider=provider, department=department,
        owner=_person(given.get("owner")), **plain,
    )  # fmt: skip
    taking.tell(place, "model", made.name, made, outcome=MADE)
    return made


def _version(taking: Taking, place: str, found: AIModel, given: dict[str, Any]) -> ModelVersion:
    mark, snapshot = manifest.identity(given)
    row = found.versions.filter(name=given["name"].strip()).select_related("ai_model").first()
    known = row is not None and (row.artefact_digest, row.snapshot) == (mark, snapshot)
    if not known:
        released = date.fromisoformat(given["released_on"]) if "released_on" in given else None
        row = register_version(
            actor=taking.actor, ai_model=found, name=given["name"], artefact_digest=mark, snapshot=snapshot,
            released_on=released, parameters=given.get("parameters"),
            **{name: given[name] for name in TOLD_OF_VERSIONS if name in given},
        )  # fmt: skip
    item = taking.tell(
        place, "version", f"{found.name} {row.name}", row, outcome=UNCHANGED if known else MADE,
        notes=_differences(row, given, TOLD_OF_VERSIONS) if known else [],
    )  # fmt: skip
    for number, one in enumerate(given.get("data", [])):
        with taking.at(f"{place}/data/{number}", one):
            _data(taking, item, row, one)
    with taking.at(f"{place}/metrics"):
        _metrics(taking, item, row, given.get("metrics", []))
    with taking.at(f"{place}/card"):
        _card(taking, item, row, given.get("card", {}))
    return row


def _data(taking: Taking, item: Item, row: ModelVersion, given: dict[str, Any]) -> None:
    dataset = known_rows.datasets(taking.actor, taking.person).filter(key=given["dataset"]).first()
    if dataset is None:
        raise Invalid({"dataset": [_("You see no dataset called %(key)s.") % {"key": given["dataset"]}]})
    if not row.data.filter(dataset=dataset, role=given["role"]).exists():
        link_data(actor=taking.actor, model_version=row, **{**given, "dataset": dataset})
        _more(item, _("%(role)s data: %(key)s.") % {"role": given["role"], "key": dataset.key})


def _metrics(taking: Taking, item: Item, row: ModelVersion, given: list[dict[str, Any]]) -> None:
    new = []
    for one in given:
        one = {**one, "measured_at": datetime.fromisoformat(one["measured_at"])}
        place = {name: str(one.get(name, "")).strip() for name in ("name", "data_slice", "source")}
        known = row.metrics.filter(measured_at=one["measured_at"], **place).first()
        if known is None:
            new.append(one)
        elif known.value != round(Decimal(str(one["value"])), 12):
            item.notes.append(
                _("%(name)s stays as it is on record: %(value)s.")
                % {"name": known.name, "value": known.value.normalize()}
            )
    if new:
        record_metrics(actor=taking.actor, model_version=row, metrics=new)
        _more(item, _("Measures: %(number)s.") % {"number": len(new)})


def _card(taking: Taking, item: Item, row: ModelVersion, given: dict[str, Any]) -> None:
    """Write a card that was never on record; one that somebody has written over since is not brought back."""
    content = {name: value for name, value in given.items() if value}
    if content and not any(card.content == content for card in row.cards.all()):
        write_card(actor=taking.actor, model_version=row, content=content, source="manifest")
        _more(item, _("A card."))


def take_artefacts(taking: Taking) -> None:
    """Find or register each artefact and its version."""
    for number, given in enumerate(taking.document.get("artefacts", [])):
        place = pointer("artefacts", number)
        if taking.system is None:
            _wait(taking, place, given["kind"], given["name"])
            continue
        with taking.at(place, given):
            _artefact(taking, taking.system, place, given)


def _artefact(taking: Taking, system: AISystem, place: str, given: dict[str, Any]) -> None:
    kind, name, content = given["kind"], given["name"].strip(), given["content"]
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    try:
        mark = digest(normalised(kind, text))
    except BadContent as problem:
        raise Invalid({"content": [str(problem)]}) from problem
    known = system.artefacts.filter(kind=kind, name=name).first()
    version = known.versions.filter(digest=mark).first() if known else None
    outcome = UNCHANGED if version else ADDED if known else MADE
    if version is None:
        purpose = given.get("purpose", "")
        row = known or register_artefact(actor=taking.actor, system=system, kind=kind, name=name, purpose=purpose)
        version = add_artefact_version(actor=taking.actor, artefact=row, content=text, notes=given.get("notes", ""))
    taking.artefacts[kind, name] = version
    artefact = version.artefact
    taking.tell(place, kind, f"{name} v{version.number}", artefact, outcome=outcome)


def take_release(taking: Taking) -> None:
    """Freeze the release; exactly this set again is the one on record."""
    given = taking.document.get("release")
    if given is None:
        return
    if taking.system is None:
        _wait(taking, "/release", "release", given.get("name", ""))
        return
    with taking.at("/release", given):
        models = _chosen_models(taking, given)
        artefacts = _chosen_artefacts(taking, given)
        if taking.faults:
            # The set would be another one than is meant.
            raise Unready
        others = given.get("others", [])
        mark = hashlib.sha256(frozen_bytes(parts_of(models, artefacts, others))).hexdigest()
        known = taking.system.releases.filter(digest=mark, withdrawn_at=None).first()
        release = known or compose_release(
            actor=taking.actor, system=taking.system, model_versions=models, artefact_versions=artefacts,
            others=others, name=given.get("name", ""), notes=given.get("notes", ""),
        )  # fmt: skip
        taking.release = release.key
        notes = [f"sha256:{release.digest}", *warnings_about(models)]
        outcome = UNCHANGED if known else MADE
        taking.tell("/release", "release", release.name or str(release.number), release, outcome=outcome, notes=notes)


def _chosen_models(taking: Taking, given: dict[str, Any]) -> list[ModelVersion]:
    if "models" not in given:
        return list({row.pk: row for row in taking.versions.values()}.values())
    found = {}
    for number, one in enumerate(given["models"]):
        with taking.at(f"/release/models/{number}"):
            row = taking.versions.get((one["model"].strip(), one["version"].strip())) or _recorded(taking, one)
            found[row.pk] = row
    return list(found.values())


def _recorded(taking: Taking, one: dict[str, Any]) -> ModelVersion:
    _need(taking, Permission.REGISTRY_MODEL_VIEW)
    rows = known_rows.versions(taking.actor, taking.person).select_related("ai_model")
    found = rows.filter(ai_model__key=one["model"].strip(), name=one["version"].strip()).first()
    if found is None:
        raise Invalid(_("Neither this manifest nor the record has such a version."))
    return found


def _chosen_artefacts(taking: Taking, given: dict[str, Any]) -> list[Any]:
    if "artefacts" not in given:
        return list(taking.artefacts.values())
    found = {}
    for number, one in enumerate(given["artefacts"]):
        with taking.at(f"/release/artefacts/{number}"):
            row = taking.artefacts.get((one["kind"], one["name"].strip()))
            if row is None:
                raise Invalid(_("This manifest has no such artefact."))
            found[row.pk] = row
    return list(found.values())


def _wait(taking: Taking, place: str, kind: str, name: str) -> None:
    if not taking.faults:
        note = _("The wish is not accepted yet: send the manifest again then.")
        taking.tell(place, kind, name, outcome=WAITS, notes=[note])


def _more(item: Item, note: str) -> None:
    """Tell that a version on record got something new."""
    item.notes.append(note)
    item.outcome = MADE if item.outcome == MADE else ADDED


def _need(taking: Taking, permission: Permission) -> None:
    decision = authorisation.decide(taking.actor, permission)
    if not decision:
        raise Refused(decision)


def _differences(row: Any, given: dict[str, Any], names: tuple[str, ...]) -> list[str]:
    """Say where the record says something else; it is kept."""
    words = [(name, str(getattr(row, name)), given[name].strip()) for name in names if given.get(name, "").strip()]
    sentence = _("%(name)s stays as it is on record: %(value)s.")
    return [sentence % {"name": name, "value": kept[:200] or "—"} for name, kept, said in words if kept != said]


def _department(text: str) -> Department:
    found = Department.objects.filter(path=text.strip("/ ") + "/").first()
    rows = [found] if found else list(Department.objects.filter(name=text.strip())[:2])
    if len(rows) != 1:
        raise Invalid({"department": [_("No department is called so, or several are: give the path of codes.")]})
    return rows[0]


def _vendor(name: str) -> Vendor | None:
    found = Vendor.objects.filter(name__iexact=name.strip()).first() if name.strip() else None
    if name.strip() and found is None:
        raise Invalid({"provider": [_("No vendor on record is called so.")]})
    return found


def _person(email: str | None) -> Person | None:
    if not (email or "").strip():
        return None
    found = Person.objects.active().filter(email=(email or "").strip().lower()).first()
    if found is None:
        raise Invalid({"owner": [_("Nobody here has this e-mail address.")]})
    return found
