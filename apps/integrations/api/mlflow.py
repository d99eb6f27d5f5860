"""MLflow servers, for programs."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Count
from django.shortcuts import get_object_or_404
from django.urls import reverse
from ninja import Schema

from apps.accounts.models import Department
from apps.accounts.reach import reach
from apps.integrations import operations
from apps.integrations.models import MLflowServer
from apps.integrations.operations.mlflow import new_server_secret
from apps.kernel.deferral import defer
from apps.kernel.errors import Invalid, Refused
from apps.kernel.permissions import Permission
from apps.web.api import request_key
from apps.web.offers import may_do

from .routing import router

EDIT = Permission.REGISTRY_MODEL_EDIT


class ServerIn(Schema):
    """A server to follow; `department` is its name."""

    name: str
    url: str
    department: str
    bearer: str = ""


@router.post("/mlflow/servers", permission=EDIT, response={201: dict}, summary="Follow an MLflow server")
def mlflow_register(request: Any, data: ServerIn) -> Any:
    if not request.actor.is_person:
        raise Refused("A person follows a server: what is taken over has an owner.")
    department = Department.objects.filter(reach(request.user, EDIT, "pk"), name=data.department).first()
    if department is None:
        raise Invalid({"department": ["Nothing here is called so."]})
    secret = new_server_secret()
    made = operations.register_server(
        actor=request.actor, name=data.name, url=data.url, department=department, owner=request.user, secret=secret,
        bearer=data.bearer, request_key=request_key(request),
    )  # fmt: skip
    webhook = request.build_absolute_uri(reverse("exchange:mlflow_webhook", args=[made.pk]))
    return 201, {"id": str(made.pk), "secret": secret, "webhook": webhook}


def _server(request: Any, pk: UUID) -> MLflowServer:
    return get_object_or_404(MLflowServer.objects.visible_to(request.user), pk=pk)


@router.get(
    "/mlflow/servers/{pk}", permission=Permission.INTEGRATIONS_INTAKE_VIEW, response=dict,
    summary="What an MLflow server sent, and what stands for what",
)  # fmt: skip
def mlflow_server(request: Any, pk: UUID) -> Any:
    found = _server(request, pk)
    states = found.deliveries.order_by().values_list("entity", "action", "state").annotate(number=Count("pk"))
    rows = found.mappings.select_related("ai_model", "model_version")
    return {
        "name": found.name, "url": found.url, "active": found.active, "problem": found.problem,
        "polled_at": found.polled_at and found.polled_at.isoformat(), "refused": found.refused,
        "deliveries": [dict(zip(("entity", "action", "state", "number"), one, strict=True)) for one in states],
        "mappings": [
            {"name": one.name, "version": one.version, "state": one.state, "why": one.why,
             "model": one.ai_model.key if one.ai_model else "",
             "model_version": one.model_version.key if one.model_version else "", "there": one.there}
            for one in rows[:1000]
        ],
    }  # fmt: skip


@router.post("/mlflow/servers/{pk}/poll", permission=EDIT, response={202: dict}, summary="Ask an MLflow server now")
def mlflow_poll(request: Any, pk: UUID) -> Any:
    found = _server(request, pk)
    if not (decision := may_do(request.actor, operations.edit_server, server=found)):
        raise Refused(decision)
    defer("integrations.mlflow_poll", server=str(found.pk))
    return 202, {"detail": "asked"}
