"""Bundles of model grants, for gateways."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse

from apps.kernel.errors import Invalid
from apps.registry.operations import bundles

from .routing import router


@router.get("/model-access/bundle", permission=None, summary="The model grants of a system, a service or all, signed")
def model_bundle(request: Any, system: str = "", service: str = "", all: bool = False) -> Any:
    """Answer with a JWS (EdDSA); the public keys are at /access/v1/keys, docs/verify_model_bundle.py decides with it."""
    named = [kind for kind, value in (("system", system), ("service", service), ("all", all)) if value]
    if len(named) != 1:
        raise Invalid({"system": ["Name a system, a service, or all=1."]})
    issued = bundles.issue_model_bundle(
        actor=request.actor,
        kind=named[0],
        name=(system or service)[:400],
        issuer=request.build_absolute_uri("/").rstrip("/"),
    )
    return HttpResponse(issued.text, content_type="application/jose")
