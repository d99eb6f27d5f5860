"""Gateways, for programs: grants in their words, and what they really allow."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import Http404
from django.shortcuts import get_object_or_404
from ninja import Schema
from ninja.errors import HttpError

from apps.kernel.errors import Invalid
from apps.kernel.permissions import Permission
from apps.registry import operations
from apps.registry.models import Environment, GatewayKey, GatewaySnapshot, ModelGrant
from apps.registry.queries import gateways as queries
from apps.registry.queries.access import counting
from apps.web.api import request_key

from .routing import router


class GatewayOut(Schema):
    """A reading of a gateway."""

    gateway: str
    environment: str
    format: str
    number: int
    digest: str
    read_at: datetime


@router.get(
    "/model-access/export/{form}", permission=None,
    summary="The grants that count, as LiteLLM's configuration (litellm) or OPA's data (opa)",
)  # fmt: skip
def model_access_export(request: Any, form: str, environment: str = "") -> Any:
    if form not in operations.EXPORT_FORMS:
        raise Http404
    if environment and environment not in Environment.values:
        raise Invalid({"environment": ["development, test, pilot or production."]})
    return operations.export_grants(actor=request.actor, form=form, environment=environment)


@router.post(
    "/model-access/gateways/{gateway}/keys", permission=None, response=GatewayOut,
    summary="Hand in a gateway's keys and limits: LiteLLM's /key/list, or gatehouse-gateway-keys/1",
    openapi_extra={"requestBody": {"content": {"application/json": {"schema": {"type": "object"}}}}},
)  # fmt: skip
def gateway_keys(request: Any, gateway: str, environment: str = "") -> Any:
    try:
        document = json.loads(request.body)
    except (ValueError, RecursionError):
        raise HttpError(400, "The body is no JSON document.") from None
    except RequestDataTooBig:
        raise HttpError(413, "The document is too large.") from None
    return operations.read_gateway(
        actor=request.actor, gateway=gateway, environment=environment, document=document,
        request_key=request_key(request),
    )  # fmt: skip


@router.get(
    "/model-access/gateways/{gateway}/differences", permission=Permission.REGISTRY_GATEWAY_COMPARE,
    summary="What a gateway really allows beside what was granted",
)  # fmt: skip
def gateway_differences(request: Any, gateway: str) -> Any:
    found = get_object_or_404(GatewaySnapshot.objects.visible_to(request.user), gateway=gateway, current=True)
    keys = GatewayKey.objects.visible_to(request.user).filter(gateway=gateway)
    seen = counting().filter(pk__in=ModelGrant.objects.visible_to(request.user).values("pk"))
    pairs = queries.compare(found, keys, seen)
    told = [
        {
            "grant": pair.grant.key if pair.grant else "",
            "key": (pair.key.alias or pair.key.hash_prefix) if pair.key else "",
            "differences": [{"kind": one.kind, "sentence": one.sentence, "wider": one.is_wider} for one in pair.found],
        }
        for pair in pairs
        if pair.found
    ]
    return {"gateway": gateway, "read_at": found.read_at, "agreeing": len(pairs) - len(told), "differing": told}
