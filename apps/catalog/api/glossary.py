"""Words of the glossary and master data, for programs."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from ninja import Schema

from apps.catalog import operations
from apps.catalog.models import GlossaryTerm, MasterEntity
from apps.catalog.queries.glossary import named_term, terms_matching, words_known
from apps.kernel.errors import Invalid
from apps.kernel.permissions import Permission
from apps.web.api import Page, cursor_page, request_key

from .platforms import facts_of
from .routing import router


class TermFacts(Schema):
    """What may be written about a term; what is left out stays as it is. `steward` is an e-mail address."""

    name: str | None = None
    definition: str | None = None
    synonyms: list[str] | None = None
    level: str | None = None
    categories: list[str] | None = None
    steward: str | None = None


class TermIn(TermFacts):
    """A new term."""

    name: str
    definition: str


class TermEdit(TermFacts):
    """Changes; with `version` a change by somebody else is a conflict."""

    version: int | None = None


class TermOut(Schema):
    """A term."""

    id: UUID
    name: str
    definition: str
    synonyms: list[str]
    level: str
    categories: list[str]
    steward: str
    version: int

    @staticmethod
    def resolve_steward(row: Any) -> str:
        return row.steward.email if row.steward else ""


class EntityFacts(Schema):
    """What may be written about a master-data entity. `owner` is an e-mail address."""

    name: str | None = None
    identifier: str | None = None
    description: str | None = None
    owner: str | None = None


class EntityIn(EntityFacts):
    """A new entity with the one name of its identifier."""

    name: str
    identifier: str


class EntityEdit(EntityFacts):
    """Changes; with `version` a change by somebody else is a conflict."""

    version: int | None = None


class EntityOut(Schema):
    """A master-data entity."""

    id: UUID
    name: str
    identifier: str
    description: str
    owner: str
    version: int

    @staticmethod
    def resolve_owner(row: Any) -> str:
        return row.owner.email if row.owner else ""


def find_terms(words: list[str]) -> list[GlossaryTerm]:
    """Return the terms that are meant, by name or synonym, or refuse the field."""
    known = words_known() if words else {}
    found = {word: named_term(known, word) for word in words}
    unknown = [word for word, meant in found.items() if len(meant) != 1]
    if unknown:
        raise Invalid({"terms": [f"The glossary does not know: {', '.join(unknown)[:200]}."]})
    return [meant[0] for meant in found.values()]


def find_entity(name: str | None) -> MasterEntity | None:
    """Return the entity of a name, or refuse the field; none for nothing."""
    if not name:
        return None
    found = MasterEntity.objects.filter(name__iexact=name).first()
    if found is None:
        raise Invalid({"master_entity": ["There is no master-data entity of this name."]})
    return found


def _term(request: Any, pk: UUID) -> GlossaryTerm:
    return get_object_or_404(GlossaryTerm.objects.visible_to(request.user).select_related("steward"), pk=pk)


def _entity(request: Any, pk: UUID) -> MasterEntity:
    return get_object_or_404(MasterEntity.objects.visible_to(request.user).select_related("owner"), pk=pk)


@router.get(
    "/terms", permission=Permission.CATALOG_DATASET_BROWSE, response=Page[TermOut], summary="List glossary terms"
)
def terms(request: Any, q: str = "", cursor: str = "", limit: int = 50) -> Any:
    rows = GlossaryTerm.objects.visible_to(request.user).select_related("steward")
    return cursor_page(request, terms_matching(rows, q), TermOut)


@router.get("/terms/{pk}", permission=Permission.CATALOG_DATASET_BROWSE, response=TermOut, summary="A glossary term")
def term(request: Any, pk: UUID) -> Any:
    return _term(request, pk)


@router.post(
    "/terms", permission=Permission.CATALOG_GLOSSARY_EDIT, response={201: TermOut}, summary="Define a glossary term"
)
def term_define(request: Any, data: TermIn) -> Any:
    made = operations.define_term(actor=request.actor, request_key=request_key(request), **facts_of(data, "steward"))
    return 201, made


@router.patch(
    "/terms/{pk}", permission=Permission.CATALOG_GLOSSARY_EDIT, response=TermOut, summary="Change a glossary term"
)
def term_edit(request: Any, pk: UUID, data: TermEdit) -> Any:
    return operations.edit_term(
        actor=request.actor,
        term=_term(request, pk),
        changes=facts_of(data, "steward"),
        version=data.version,
        request_key=request_key(request),
    )


@router.get(
    "/entities", permission=Permission.CATALOG_DATASET_BROWSE, response=Page[EntityOut], summary="List master data"
)
def entities(request: Any, cursor: str = "", limit: int = 50) -> Any:
    return cursor_page(request, MasterEntity.objects.visible_to(request.user).select_related("owner"), EntityOut)


@router.get(
    "/entities/{pk}", permission=Permission.CATALOG_DATASET_BROWSE, response=EntityOut, summary="A master-data entity"
)
def entity(request: Any, pk: UUID) -> Any:
    return _entity(request, pk)


@router.post(
    "/entities",
    permission=Permission.CATALOG_GLOSSARY_EDIT,
    response={201: EntityOut},
    summary="Define a master-data entity",
)
def entity_define(request: Any, data: EntityIn) -> Any:
    made = operations.define_entity(actor=request.actor, request_key=request_key(request), **facts_of(data, "owner"))
    return 201, made


@router.patch(
    "/entities/{pk}",
    permission=Permission.CATALOG_GLOSSARY_EDIT,
    response=EntityOut,
    summary="Change a master-data entity",
)
def entity_edit(request: Any, pk: UUID, data: EntityEdit) -> Any:
    return operations.edit_entity(
        actor=request.actor,
        entity=_entity(request, pk),
        changes=facts_of(data, "owner"),
        version=data.version,
        request_key=request_key(request),
    )
