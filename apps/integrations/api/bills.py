"""AI bills of materials (CycloneDX), for programs."""

from __future__ import annotations

from typing import Any

from django.http import JsonResponse
from django.shortcuts import get_object_or_404

from apps.integrations.operations import cyclonedx
from apps.integrations.rules_pure.cyclonedx import VERSIONS
from apps.inventory.models import Release
from apps.kernel.errors import Invalid
from apps.kernel.permissions import Permission
from apps.registry.models import ModelVersion
from apps.web.api import request_key

from .routing import router


@router.post(
    "/intake/cyclonedx",
    permission=Permission.REGISTRY_MODEL_EDIT,
    response=dict,
    summary="Take over the models of an AI bill of materials (CycloneDX 1.5 to 1.7, JSON); invalid ones are refused with the places",
)
def bill_import(request: Any) -> Any:
    return cyclonedx.import_bill(
        actor=request.actor, content=request.body, department=getattr(request.user, "department", None),
        request_key=request_key(request),
    )  # fmt: skip


@router.get(
    "/releases/{key}/bill",
    permission=Permission.INVENTORY_CATALOG_BROWSE,
    summary="The AI bill of materials of a release",
)
def release_bill(request: Any, key: str, spec: str = "1.6") -> Any:
    release = get_object_or_404(Release.objects.visible_to(request.user).select_related("system"), key=key)
    return _document(cyclonedx.bill_of(release, checked(spec)), spec)


@router.get(
    "/model-versions/{key}/bill",
    permission=Permission.REGISTRY_MODEL_VIEW,
    summary="The AI bill of materials of a version",
)
def version_bill(request: Any, key: str, spec: str = "1.6") -> Any:
    version = get_object_or_404(
        ModelVersion.objects.visible_to(request.user).select_related("ai_model__provider"), key=key
    )
    return _document(cyclonedx.bill_of_version(version, checked(spec)), spec)


def checked(spec: str) -> str:
    """Return the version of the format, or refuse one that is not written here."""
    if spec not in VERSIONS:
        raise Invalid({"spec": [f"One of: {', '.join(VERSIONS)}."]})
    return spec


def _document(document: dict[str, Any], spec: str) -> JsonResponse:
    return JsonResponse(document, content_type=f"application/vnd.cyclonedx+json; version={spec}")
