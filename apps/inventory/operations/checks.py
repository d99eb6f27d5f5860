"""What every write of the inventory checks about its words and numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.utils.translation import gettext as _

from apps.inventory.rules_pure import secrets
from apps.kernel.errors import Invalid


def need_reason(reason: str, sentence: str = "") -> str:
    """Return the reason without blanks around it, or refuse to go on without one."""
    if not reason.strip():
        raise Invalid({"reason": [sentence or _("Say why, in a sentence that others understand later.")]})
    check_words({"reason": reason})
    return reason.strip()


def check_words(values: Mapping[str, Any]) -> None:
    """Refuse anything that looks like a secret, wherever it was typed."""
    problems = secrets.objections({name: value for name, value in values.items() if name != "secret_references"})
    references = values.get("secret_references") or []
    wrong = [text for text in references if not secrets.is_reference(text)]
    if wrong:
        problems["secret_references"] = [
            secrets.objection(wrong[0])
            or _("“%(text)s” is no reference. Write where the secret is kept, for example vault:claims/api-key.")
            % {"text": wrong[0][:60]}
        ]
    if problems:
        raise Invalid(problems)


def check_fields(model: Any, values: Mapping[str, Any]) -> None:
    """Check values against the model's own fields: lengths, closed lists, numbers."""
    problems: dict[str, list[str]] = {}
    for name, value in values.items():
        try:
            field = model._meta.get_field(name)
        except FieldDoesNotExist:
            problems[name] = [_("There is no such field.")]
            continue
        if field.is_relation or (value in (None, "", [], {}) and (field.blank or field.null)):
            continue
        if isinstance(value, str) and "\x00" in value:
            problems[name] = [_("This text holds a character that cannot be kept.")]
            continue
        try:
            field.clean(value, None)
        except ValidationError as problem:
            problems[name] = list(problem.messages)
    if problems:
        raise Invalid(problems)


def check_known(changes: Mapping[str, Any], allowed: Any) -> None:
    """Refuse fields that are not among those that may be set."""
    unknown = set(changes) - set(allowed)
    if unknown:
        raise Invalid({field: [_("This field cannot be set here.")] for field in sorted(unknown)})
