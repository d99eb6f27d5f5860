"""Questions about model calls in the form of AuthZEN 1.0, read strictly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from apps.catalog.rules_pure.asking import KINDS, Malformed

LONGEST = 400
MOST = 200
LEVELS = ("public", "internal", "confidential", "restricted")
MODALITIES = ("text", "image", "audio", "video", "embedding")


@dataclass(frozen=True, slots=True)
class AskedCall:
    """A question as it came: names still have to be looked up."""

    subject_kind: str
    subject: str
    model: str
    alias: str = ""
    version: str = ""
    environment: str = ""
    region: str = ""
    purpose: str = ""
    use_case: str = ""
    max_tokens: int | None = None
    temperature: Decimal | None = None
    tools: frozenset[str] = frozenset()
    modalities: frozenset[str] = frozenset()
    data_level: str = ""
    data_categories: frozenset[str] = frozenset()
    cost: Decimal = Decimal(0)
    call_id: str = ""
    purpose_of_grant: bool = False
    grant: str = ""


def read_call(document: Mapping[str, Any]) -> AskedCall:
    """Read one question: subject calls (`action.name` is invoke) a resource of type model, with its parameters."""
    subject, action, resource = (_part(document, name) for name in ("subject", "action", "resource"))
    context = _part(document, "context", needed=False)
    properties = _part(action, "properties", needed=False)
    of_model = _part(resource, "properties", needed=False)
    kind = _text(subject, "subject.type", "type")
    if kind not in KINDS:
        raise Malformed(f"subject.type is one of: {', '.join(KINDS)}.")
    if _text(action, "action.name", "name") != "invoke":
        raise Malformed("action.name is invoke: models are called.")
    said = {
        name: _text(context, f"context.{name}", name, needed=False)
        or _text(properties, f"action.properties.{name}", name, needed=False)
        for name in ("purpose", "use_case", "region", "environment", "call_id")
    }
    level = _text(properties, "action.properties.data_level", "data_level", needed=False)
    if level and level not in LEVELS:
        raise Malformed(f"action.properties.data_level is one of: {', '.join(LEVELS)}.")
    modalities = _texts(properties, "modalities")
    if modalities - set(MODALITIES):
        raise Malformed(f"action.properties.modalities are among: {', '.join(MODALITIES)}.")
    model, alias = split_name(_text(resource, "resource.id", "id"))
    return AskedCall(
        subject_kind=kind,
        subject=_text(subject, "subject.id", "id"),
        model=model,
        alias=_text(of_model, "resource.properties.alias", "alias", needed=False) or alias,
        version=_text(of_model, "resource.properties.version", "version", needed=False),
        max_tokens=_whole(properties, "max_tokens"),
        temperature=_number(properties, "temperature"),
        tools=_texts(properties, "tools"),
        modalities=modalities,
        data_level=level,
        data_categories=_texts(properties, "data_categories"),
        cost=_number(properties, "max_cost") or Decimal(0),
        **said,
    )


def split_name(name: str) -> tuple[str, str]:
    """Part "model@alias"."""
    model, mark, alias = name.rpartition("@")
    return (model, alias) if mark and model and alias else (name, "")


def _part(document: Mapping[str, Any], name: str, *, needed: bool = True) -> Mapping[str, Any]:
    found = document.get(name)
    if found is None and not needed:
        return {}
    if not isinstance(found, Mapping):
        raise Malformed(f"{name} is missing or no object.")
    return found


def _text(part: Mapping[str, Any], label: str, name: str, *, needed: bool = True) -> str:
    found = part.get(name)
    if found is None and not needed:
        return ""
    if not isinstance(found, str) or (needed and not found.strip()):
        raise Malformed(f"{label} is missing or no text.")
    if len(found) > LONGEST or not can_be_kept(found):
        raise Malformed(f"{label} is longer or odder than any name.")
    return found.strip()


def _texts(part: Mapping[str, Any], name: str) -> frozenset[str]:
    found = part.get(name)
    if found is None:
        return frozenset()
    whole = isinstance(found, list) and len(found) <= MOST
    if not whole or not all(isinstance(one, str) and 0 < len(one) <= 200 and can_be_kept(one) for one in found):
        raise Malformed(f"action.properties.{name} is a list of at most {MOST} names.")
    return frozenset(found)


def _whole(part: Mapping[str, Any], name: str) -> int | None:
    found = part.get(name)
    if found is None:
        return None
    if not isinstance(found, int) or isinstance(found, bool) or not 0 <= found <= 1_000_000_000:
        raise Malformed(f"action.properties.{name} is a whole number.")
    return found


def _number(part: Mapping[str, Any], name: str) -> Decimal | None:
    found = part.get(name)
    if found is None:
        return None
    if isinstance(found, bool) or not isinstance(found, int | float | str) or len(str(found)) > 40:
        raise Malformed(f"action.properties.{name} is a number.")
    try:
        number = Decimal(str(found))
    except InvalidOperation:
        raise Malformed(f"action.properties.{name} is a number.") from None
    if not number.is_finite() or not 0 <= number <= 1_000_000_000:
        raise Malformed(f"action.properties.{name} is a number from 0 on.")
    return number


def can_be_kept(text: str) -> bool:
    """Tell whether PostgreSQL can keep a text."""
    return "\x00" not in text and not any("\ud800" <= character <= "\udfff" for character in text)
