"""Models and the terms under which third parties let us use them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from apps.accounts.models import Department, Person
from apps.audit.operation import operation
from apps.inventory.models import Vendor
from apps.inventory.operations.checks import check_fields, check_known, check_words
from apps.kernel import clock
from apps.kernel.actors import Actor
from apps.kernel.errors import Conflict, Invalid
from apps.kernel.identifiers import next_key
from apps.kernel.permissions import Permission
from apps.registry import permissions
from apps.registry.events import Event
from apps.registry.models import AIModel, ProviderTerms

EDITABLE = (
    "name", "summary", "task", "architecture", "provider", "department", "owner", "base", "base_name", "derivation",
    "licence", "hosting", "modalities_in", "modalities_out",
)  # fmt: skip
TERMS = (
    "valid_until", "url", "regions", "trains_on_our_data", "keeps_input_days", "sub_processors", "notes",
)  # fmt: skip


@operation(Event.MODEL_REGISTERED, needs=Permission.REGISTRY_MODEL_EDIT, within_reach_of="department")
def register_model(
    *,
    actor: Actor,
    name: str,
    provider: Vendor | None = None,
    department: Department | None = None,
    owner: Person | None = None,
    **fields: Any,
) -> AIModel:
    """Put a model on record; without a provider it is our own."""
    check_known(fields, EDITABLE)
    values = {"name": name.strip(), "provider": provider, "department": department, "owner": owner, **fields}
    _check(values)
    known = AIModel.objects.filter(name=values["name"], provider=provider).first()
    if known is not None:
        raise Invalid({"name": [_("This provider's model is on record already: %(key)s.") % {"key": known.key}]})
    return AIModel.objects.create(key=next_key("MDL"), **values)


@operation(Event.MODEL_EDITED, needs=None, subject="ai_model", may=permissions.may_edit_model)
def edit_model(*, actor: Actor, ai_model: AIModel, changes: dict[str, Any], version: int | None = None) -> AIModel:
    """Change what is on record about a model; an older `version` conflicts."""
    check_known(changes, EDITABLE)
    if version is not None and version != ai_model.version:
        raise Conflict(_("Somebody else changed this model after you opened it."), theirs=ai_model)
    _check(changes)
    _refuse_circles(ai_model, changes.get("base"))
    for field, value in changes.items():
        setattr(ai_model, field, value)
    twin = AIModel.objects.filter(name=ai_model.name, provider=ai_model.provider).exclude(pk=ai_model.pk).first()
    if twin is not None:
        raise Invalid({"name": [_("This provider's model is on record already: %(key)s.") % {"key": twin.key}]})
    ai_model.version += 1
    ai_model.updated_at = clock.now()
    ai_model.save(update_fields=[*changes, "version", "updated_at"])
    return ai_model


@operation(Event.TERMS_RECORDED, needs=None, subject="ai_model", may=permissions.may_edit_model)
def record_terms(*, actor: Actor, ai_model: AIModel, valid_from: date, title: str, **fields: Any) -> ProviderTerms:
    """Write down the terms that hold from a day on; those before end on the day before."""
    check_known(fields, TERMS)
    values = {"valid_from": valid_from, "title": title.strip(), **fields}
    if not values["title"]:
        raise Invalid({"title": [_("Name the terms, with their version or date.")]})
    check_fields(ProviderTerms, values)
    check_words(values)
    until = fields.get("valid_until")
    if until is not None and until < valid_from:
        raise Invalid({"valid_until": [_("They end before they begin.")]})
    if ai_model.terms.filter(valid_from__gte=valid_from).exists():
        raise Invalid({"valid_from": [_("Terms of this day or a later one are on record already.")]})
    for before in ai_model.terms.filter(valid_until=None):
        before.valid_until = valid_from - timedelta(days=1)
        before.save(update_fields=["valid_until"])
    reader = actor.id if actor.is_person else None
    return ProviderTerms.objects.create(ai_model=ai_model, read_by_id=reader, **values)


def _check(values: dict[str, Any]) -> None:
    if "name" in values and not str(values["name"]).strip():
        raise Invalid({"name": [_("This cannot be empty.")]})
    check_fields(AIModel, values)
    check_words(values)


def _refuse_circles(ai_model: AIModel, base: AIModel | None) -> None:
    """Refuse a base that was itself made from this model, over any number of steps."""
    seen: set[Any] = set()
    while base is not None and base.pk not in seen:
        if base.pk == ai_model.pk:
            raise Invalid({"base": [_("A model is not made from itself, nor from what was made from it.")]})
        seen.add(base.pk)
        base = base.base
