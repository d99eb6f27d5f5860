"""Words of the business and master data: defining, editing, relating."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from apps.audit.operation import operation
from apps.catalog.events import Event
from apps.catalog.models import GlossaryTerm, MasterEntity, TermRelation, TermRelationKind
from apps.inventory.operations.checks import check_fields, check_known, check_words
from apps.kernel.actors import Actor
from apps.kernel.deferral import defer
from apps.kernel.errors import Conflict, Invalid
from apps.kernel.permissions import Permission

from .hands import defer_suggesting

EDITABLE_TERM = ("name", "definition", "synonyms", "level", "categories", "steward")
EDITABLE_ENTITY = ("name", "identifier", "description", "owner")
# Forms take several terms on one line with these between them.
SEPARATORS = ",;\n"


@operation(Event.TERM_DEFINED, needs=Permission.CATALOG_GLOSSARY_EDIT)
def define_term(*, actor: Actor, name: str, definition: str, **values: Any) -> GlossaryTerm:
    """Say what a word means here, and what else it is called."""
    check_known(values, EDITABLE_TERM)
    given = _term_words({"name": name, "definition": definition, **values})
    _alone(GlossaryTerm, given["name"], _("This term is defined already."))
    return GlossaryTerm.objects.create(**given)


@operation(Event.TERM_EDITED, needs=Permission.CATALOG_GLOSSARY_EDIT, subject="term")
def edit_term(*, actor: Actor, term: GlossaryTerm, changes: dict[str, Any], version: int | None = None) -> GlossaryTerm:
    """Change what is said of a term; what carries it is looked at again when its class changed."""
    check_known(changes, EDITABLE_TERM)
    if version is not None and version != term.version:
        raise Conflict(_("Somebody else changed this term after you opened it."), theirs=term)
    given = _term_words(changes)
    if "name" in given:
        _alone(GlossaryTerm, given["name"], _("This term is defined already."), but=term)
    reclassified = any(name in given and given[name] != getattr(term, name) for name in ("level", "categories"))
    _write(term, given)
    if reclassified:
        carrying = set(term.fields.values_list("dataset_id", flat=True)) | set(
            term.datasets.values_list("pk", flat=True)
        )
        for dataset_id in sorted(carrying):
            defer_suggesting(actor, dataset_id)
    return term


@operation(Event.TERM_RELATED, needs=Permission.CATALOG_GLOSSARY_EDIT, subject="term")
def relate_terms(*, actor: Actor, term: GlossaryTerm, kind: str, other: GlossaryTerm) -> GlossaryTerm:
    """Say that a term is narrower than another, or related to it; no term is broader than itself, by any way round."""
    if kind not in TermRelationKind.values:
        raise Invalid({"kind": [_("This is no relation between terms.")]})
    if term.pk == other.pk:
        raise Invalid({"other": [_("A term has no relation to itself.")]})
    if kind == TermRelationKind.BROADER and term.pk in _above(other):
        raise Invalid({"other": [_("“%(other)s” is narrower than this term already.") % {"other": other.name}]})
    known = TermRelation.objects.filter(term=term, kind=kind, other=other)
    if kind == TermRelationKind.RELATED:
        known |= TermRelation.objects.filter(term=other, kind=kind, other=term)
    if known.exists():
        raise Invalid({"other": [_("The two terms are related like this already.")]})
    TermRelation.objects.create(term=term, kind=kind, other=other)
    return term


@operation(Event.TERM_PARTED, needs=Permission.CATALOG_GLOSSARY_EDIT, subject="term")
def part_terms(*, actor: Actor, term: GlossaryTerm, relation: TermRelation) -> GlossaryTerm:
    """Take back a relation between two terms."""
    if term.pk not in (relation.term_id, relation.other_id):
        raise Invalid({"relation": [_("This relation is of other terms.")]})
    relation.delete()
    return term


@operation(Event.ENTITY_DEFINED, needs=Permission.CATALOG_GLOSSARY_EDIT)
def define_entity(*, actor: Actor, name: str, identifier: str, **values: Any) -> MasterEntity:
    """Put a master-data entity on record with the one name of its identifier."""
    check_known(values, EDITABLE_ENTITY)
    given = _entity_words({"name": name, "identifier": identifier, **values})
    _alone(MasterEntity, given["name"], _("This entity is on record already."))
    return MasterEntity.objects.create(**given)


@operation(Event.ENTITY_EDITED, needs=Permission.CATALOG_GLOSSARY_EDIT, subject="entity")
def edit_entity(
    *, actor: Actor, entity: MasterEntity, changes: dict[str, Any], version: int | None = None
) -> MasterEntity:
    """Change what is said of an entity; fields that hold its identifier are measured by the new name."""
    check_known(changes, EDITABLE_ENTITY)
    if version is not None and version != entity.version:
        raise Conflict(_("Somebody else changed this entity after you opened it."), theirs=entity)
    given = _entity_words(changes)
    if "name" in given:
        _alone(MasterEntity, given["name"], _("This entity is on record already."), but=entity)
    renamed = "identifier" in given and given["identifier"] != entity.identifier
    _write(entity, given)
    for dataset_id in set(entity.fields.values_list("dataset_id", flat=True)) if renamed else ():
        defer("compliance.evaluate", subject_type="catalog.dataset", subject_id=str(dataset_id))
    return entity


def _write(record: Any, given: dict[str, Any]) -> None:
    for field, value in given.items():
        setattr(record, field, value)
    record.version += 1
    record.save(update_fields=[*given, "version"])


def _above(term: GlossaryTerm) -> set[Any]:
    """Return the term and everything broader than it."""
    broader: dict[Any, list[Any]] = {}
    for below, above in TermRelation.objects.filter(kind=TermRelationKind.BROADER).values_list("term_id", "other_id"):
        broader.setdefault(below, []).append(above)
    found, waiting = {term.pk}, [term.pk]
    while waiting:
        for above in broader.get(waiting.pop(), ()):
            if above not in found:
                found.add(above)
                waiting.append(above)
    return found


def _alone(model: Any, name: str, sentence: str, but: Any = None) -> None:
    others = model.objects.filter(name__iexact=name)
    if (others.exclude(pk=but.pk) if but else others).exists():
        raise Invalid({"name": [sentence]})


def _term_words(values: dict[str, Any]) -> dict[str, Any]:
    given = _stripped(values, ("name", "definition"))
    if "synonyms" in given:
        plain = (word.strip() for word in given["synonyms"])
        given["synonyms"] = list({word.lower(): word for word in plain if word}.values())
    for name in ("name", "synonyms"):
        words = [given[name]] if name == "name" and name in given else given.get(name, [])
        if any(separator in word for word in words for separator in SEPARATORS):
            raise Invalid({name: [_("A term has no comma, semicolon or line break in it.")]})
    check_fields(GlossaryTerm, given)
    check_words(given)
    return given


def _entity_words(values: dict[str, Any]) -> dict[str, Any]:
    given = _stripped(values, ("name", "identifier"))
    check_fields(MasterEntity, given)
    check_words(given)
    return given


def _stripped(values: dict[str, Any], needed: tuple[str, ...]) -> dict[str, Any]:
    given = {name: value.strip() if isinstance(value, str) else value for name, value in values.items()}
    problems = {name: [_("This cannot be empty.")] for name in needed if name in given and not given[name]}
    if problems:
        raise Invalid(problems)
    return given
