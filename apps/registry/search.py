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
from .queries import aimodels


def _models(person: Any, text: str, limit: int) -> Iterable[Hit]:
    for row in aimodels.models_found(person, text).select_related("provider").order_by("name")[:limit]:
        about = row.provider.name if row.provider else ""
        yield Hit(_("Model"), row.key, row.name, reverse("registry:ai_model", args=[row.key]), about)


def _versions(person: Any, text: str, limit: int) -> Iterable[Hit]:
    for row in aimodels.versions_found(person, text).select_related("ai_model").order_by("key")[:limit]:
        name = f"{row.ai_model.name} {row.name}"
        yield Hit(_("Version"), row.key, name, reverse("registry:model_version", args=[row.key]), row.identity)


def _releases(person: Any, text: str, limit: int) -> Iterable[Hit]:
    found = Release.objects.visible_to(person).select_related("system")
    mark = text.strip().lower().removeprefix("sha256:")
    same = Q(digest=mark) if len(mark) == 64 else Q(pk__in=[])
    for row in found.filter(_each_word(text, "key", "name") | same).order_by("-frozen_at")[:limit]:
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
    """Offer models, releases and what they are made of."""
    register("registry.models", gettext_lazy("Models"), _models)
    register("registry.versions", gettext_lazy("Versions of models"), _versions)
    register("registry.releases", gettext_lazy("Releases"), _releases)
    register("registry.artefacts", gettext_lazy("Prompts and other artefacts"), _artefacts)
    register("registry.selections", gettext_lazy("Selections"), _selections)
