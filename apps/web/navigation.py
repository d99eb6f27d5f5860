"""The navigation's items; the assembly lists them, the header shows those that a person may use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.module_loading import import_string

from apps.kernel import authorisation
from apps.kernel.permissions import Permission


@dataclass(frozen=True, slots=True)
class Item:
    """One entry: where it leads, which permission it takes (None: every signed-in person), and the heading it stands under
    (none: in the first row)."""

    label: Any
    url_name: str
    permission: Permission | None = None
    group: Any = ""


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Give templates the navigation of the signed-in person and the theme they chose."""
    theme = request.COOKIES.get("theme", "")
    context: dict[str, Any] = {
        "theme": theme if theme in ("light", "dark") else "",
        "navigation": [],
        "more_navigation": [],
    }
    if not getattr(request, "user", None) or not request.user.is_authenticated:
        return context
    held = authorisation.held_by(request.user)
    grouped: dict[str, list[dict[str, Any]]] = {}
    for item in import_string(settings.NAVIGATION):
        if item.permission is not None and item.permission not in held:
            continue
        try:
            url = reverse(item.url_name)
        except NoReverseMatch:
            continue
        current = request.path == url or (url != "/" and request.path.startswith(url))
        entry = {"label": item.label, "url": url, "current": current}
        if item.group:
            grouped.setdefault(str(item.group), []).append(entry)
        else:
            context["navigation"].append(entry)
    context["more_navigation"] = list(grouped.items())
    return context
