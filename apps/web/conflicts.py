"""Two people edited the same record: both versions on one page, and nothing typed is lost."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from apps.kernel.identifiers import uuid7


def in_conflict(request: HttpRequest, form: Any) -> tuple[Any, list[tuple[Any, str, str]]]:
    """Return the form with what was typed and the version that stands now, and where the two differ."""
    theirs, typed = form.failed.theirs, form.changes()
    differences = [
        (form[name].label, _text(value), _text(getattr(theirs, name)))
        for name, value in typed.items()
        if getattr(theirs, name) != value
    ]
    data = request.POST.copy()
    data["version"], data["submission"] = str(theirs.version), str(uuid7())
    again = type(form)(data)
    again.is_valid()
    again.add_error(None, form.failed.message)
    return again, differences


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(str(item) for item in value)
    return "" if value is None else str(value)
