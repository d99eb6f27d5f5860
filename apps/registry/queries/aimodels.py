"""Reads about models and versions: what waits for somebody's validation, and what a search finds."""

from __future__ import annotations

import re
from typing import Any

from django.db.models import Exists, OuterRef, Q

from apps.accounts.reach import reach
from apps.kernel.permissions import Permission
from apps.registry.models import AIModel, ModelCard, ModelVersion, ReleaseVersion, VersionStage

DEPARTMENT = "ai_model__department"


def to_validate(person: Any) -> Any:
    """Return the candidates that a person may validate and did not register: those with a card, or in a release."""
    described = Exists(ModelCard.objects.filter(model_version=OuterRef("pk")))
    wanted = Exists(ReleaseVersion.objects.filter(model_version=OuterRef("pk"), release__withdrawn_at=None))
    theirs = Q(ai_model__owner_id=person.pk) & reach(person, Permission.REGISTRY_MODEL_EDIT, DEPARTMENT)
    theirs |= reach(person, Permission.GATES_DECISION_VALIDATION, DEPARTMENT)
    rows = ModelVersion.objects.visible_to(person).filter(theirs, stage=VersionStage.CANDIDATE)
    return rows.filter(Q(described) | Q(wanted)).exclude(registered_by_id=person.pk)


def models_found(person: Any, text: str) -> Any:
    """Return the models in which every word stands: name, key, task, provider and whatever else is searched."""
    rows = AIModel.objects.visible_to(person)
    for word in text.replace("\x00", "").split()[:8]:
        rows = rows.filter(Q(search_text__contains=word.lower()) | Q(key__iexact=word))
    return rows


def versions_found(person: Any, text: str) -> Any:
    """Return the versions of which a text is the key or the digest of the artefact, or the beginning of one."""
    word = text.replace("\x00", "").strip()
    rows = ModelVersion.objects.visible_to(person)
    if re.fullmatch(r"MDV-\d+", word, re.IGNORECASE):
        return rows.filter(key=word.upper())
    digest = word.lower()
    if re.fullmatch(r"(sha256:|sha384:|sha512:)?[0-9a-f]{8,128}", digest):
        whole = [digest] if ":" in digest else [f"{kind}:{digest}" for kind in ("sha256", "sha384", "sha512")]
        found = Q(pk__in=[])
        for one in whole:
            found |= Q(artefact_digest__startswith=one)
        return rows.filter(found)
    return rows.none()
