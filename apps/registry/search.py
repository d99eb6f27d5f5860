"""What the registry adds to the search."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.inventory.models import Release
from apps.kernel.search import Hit, register

from .models import Artefact, Selection


def _releases(person: Any, text: str, limit: int) -> Iterable[Hit]:
    found = Release.objects.visible_to(person).select_related("system")
    for row in found.filter(_each_word(text, "key", "name")).order_by("-frozen_at")[:limit]:
        url = reverse("registry:release", args=[row.key])
        yield Hit(_("Release"), row.key, row.name or str(row.number), url, row.system.name)


def _artefacts(person: Any, text: str, limit: int) -> Iterable[Hit]:
    found = Artefact.objects.visible_to(person).select_related("system")
    for row in found.filter(_each_word(text, "key", "name")).order_by("key")[:limit]:
        url = reverse("registry:artefact", args=[row.key])
        yield Hit(row.get_kind_display(), row.key, row.name, url, row.system.name)


def _selections(person: Any, text: str, limit: int) -> Iterable[Hit]:
    found = Selection.objects.visible_to(person).select_related("use_case")
    for row in found.filter(_each_word(text, "key", "title")).order_by("-opened_at")[:limit]:
        url = reverse("registry:selection", args=[row.key])
        yield Hit(_("Selection"), row.key, row.title, url, row.use_case.name)


def _each_word(text: str, *fields: str) -> Q:
    """Return the condition that every word stands in one of the fields."""
    condition = Q()
    for word in text.replace("\x00", "").split()[:8]:
        one = Q()
        for field in fields:
            one |= Q(**{f"{field}__icontains": word})
        condition &= one
    return condition


def register_all() -> None:
    """Offer releases and what they are made of."""
    register("registry.releases", gettext_lazy("Releases"), _releases)
    register("registry.artefacts", gettext_lazy("Prompts and other artefacts"), _artefacts)
    register("registry.selections", gettext_lazy("Selections"), _selections)
