"""Files of data teams, for programs: the raw file as the body."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404

from apps.catalog.models import Dataset, Platform
from apps.integrations import operations
from apps.integrations.contracts_written import export_contract
from apps.kernel.permissions import Permission
from apps.web.api import request_key

from .routing import router


def _platform(request: Any, key: str) -> Platform:
    return get_object_or_404(Platform.objects.visible_to(request.user), key=key)


@router.post(
    "/intake/dbt",
    permission=Permission.INTEGRATIONS_INTAKE_SEND,
    response=dict,
    summary="Take over dbt artifacts: a manifest as JSON, or a zip of the artifacts",
)
def dbt(request: Any, platform: str) -> Any:
    name = "artifacts.zip" if request.body.startswith(b"PK\x03\x04") else "manifest.json"
    return operations.import_dbt(
        actor=request.actor, platform=_platform(request, platform), files={name: request.body},
        request_key=request_key(request),
    )  # fmt: skip


@router.post(
    "/intake/contract",
    permission=Permission.INTEGRATIONS_INTAKE_SEND,
    response=dict,
    summary="Take over a data contract (ODCS 3, YAML or JSON)",
)
def contract(request: Any, platform: str) -> Any:
    return operations.import_contract(
        actor=request.actor, platform=_platform(request, platform), content=request.body, name="contract",
        request_key=request_key(request),
    )  # fmt: skip


@router.post(
    "/intake/expectations",
    permission=Permission.INTEGRATIONS_INTAKE_SEND,
    response=dict,
    summary="Take over a result of Great Expectations on a dataset",
)
def expectations(request: Any, dataset: str) -> Any:
    found = get_object_or_404(Dataset.objects.visible_to(request.user), key=dataset)
    return operations.import_expectations(
        actor=request.actor, dataset=found, content=request.body, name="result", request_key=request_key(request)
    )


@router.post(
    "/intake/dcat",
    permission=Permission.INTEGRATIONS_INTAKE_SEND,
    response=dict,
    summary="Take over a DCAT-US catalog; with only_good=true the good entries although others are bad",
)
def dcat(request: Any, platform: str, only_good: bool = False) -> Any:
    return operations.import_dcat(
        actor=request.actor, platform=_platform(request, platform), content=request.body, name="data.json",
        only_good=only_good, request_key=request_key(request),
    )  # fmt: skip


@router.get(
    "/datasets/{key}/contract.yaml",
    permission=Permission.CATALOG_DATASET_BROWSE,
    summary="A dataset's contract (ODCS 3.1, YAML)",
    response={200: str},
)
def contract_of(request: Any, key: str) -> Any:
    rows = Dataset.objects.visible_to(request.user).select_related("owner", "steward", "department")
    text = export_contract(actor=request.actor, dataset=get_object_or_404(rows, key=key))
    return HttpResponse(text, content_type="application/yaml; charset=utf-8")
