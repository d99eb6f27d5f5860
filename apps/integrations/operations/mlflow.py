"""MLflow servers: set up, listened to, and settled where they and the record disagree."""

from __future__ import annotations

import hashlib
import logging
import secrets
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from apps.accounts.models import Department, Person
from apps.audit.operation import operation
from apps.integrations import permissions
from apps.integrations.calling import Unreachable, resolve
from apps.integrations.events import Event
from apps.integrations.models import DeliveryState, MappingState, MLflowDelivery, MLflowMapping, MLflowServer
from apps.integrations.rules_pure import mlflow
from apps.integrations.rules_pure.addresses import Forbidden
from apps.integrations.secrets_kept import opened, sealed
from apps.inventory.operations.checks import check_fields, check_words
from apps.kernel import authorisation, clock
from apps.kernel.actors import Actor
from apps.kernel.deferral import defer
from apps.kernel.errors import Invalid, Refused
from apps.kernel.permissions import Permission
from apps.registry.models import AIModel

log = logging.getLogger("gatehouse.mlflow")
CHOICES = ("ignore", "follow", "keep", "theirs", "link")


@operation(Event.SERVER_REGISTERED, needs=Permission.REGISTRY_MODEL_EDIT, within_reach_of="department")
def register_server(
    *, actor: Actor, name: str, url: str, department: Department, owner: Person, secret: str, bearer: str = ""
) -> MLflowServer:
    """Follow an MLflow server's registered models; models that are new here go to its department and owner."""
    _check_server(name, url)
    if MLflowServer.objects.filter(name=name.strip()).exists():
        raise Invalid({"name": [_("A server of this name is followed already.")]})
    made = MLflowServer(name=name.strip(), url=url.rstrip("/"), department=department, owner=owner)
    made.secret, made.bearer = sealed(made, "secret", secret), sealed(made, "bearer", bearer)
    made.save()
    defer("integrations.mlflow_poll", server=str(made.pk))
    return made


@operation(Event.SERVER_EDITED, needs=None, subject="server", may=permissions.may_edit_server)
def edit_server(*, actor: Actor, server: MLflowServer, changes: dict[str, Any]) -> MLflowServer:
    """Change name, address, token, or whether the server is followed."""
    if set(changes) - {"name", "url", "bearer", "active"}:
        raise Invalid({"": [_("Only name, address, token and whether it is followed can be changed.")]})
    _check_server(changes.get("name", server.name), changes.get("url", server.url))
    for field, value in changes.items():
        setattr(server, field, sealed(server, "bearer", value) if field == "bearer" else value)
    server.save(update_fields=list(changes))
    return server


@operation(Event.SERVER_SECRET, needs=None, subject="server", may=permissions.may_edit_server)
def rotate_server(*, actor: Actor, server: MLflowServer, secret: str) -> MLflowServer:
    """Take only what is signed with another secret from now on."""
    server.secret = sealed(server, "secret", secret)
    server.save(update_fields=["secret"])
    return server


@operation(Event.MAPPING_RESOLVED, needs=None, subject="mapping", may=permissions.may_resolve)
def resolve_mapping(
    *, actor: Actor, mapping: MLflowMapping, decision: str, ai_model: AIModel | None = None
) -> MLflowMapping:
    """Settle what stands open: leave it out, follow it again, keep ours, take theirs, or link it to a model of ours."""
    if decision not in CHOICES:
        raise Invalid({"decision": [_("Choose what is to count.")]})
    if decision == "link":
        _link(actor, mapping, ai_model)
    elif decision == "keep":
        _keep(mapping)
    elif decision == "theirs":
        _prefer_theirs(mapping)
    mapping.state = MappingState.IGNORED if decision == "ignore" else MappingState.LINKED
    mapping.why, mapping.since = "", clock.now()
    mapping.pulled_at = clock.now()
    mapping.save()
    if decision != "ignore":
        defer("integrations.mlflow_pull", server=str(mapping.server_id), name=mapping.name)
    return mapping


def new_server_secret() -> str:
    """Return a secret for a server to sign with."""
    return secrets.token_urlsafe(32)


def receive_message(*, server: MLflowServer, headers: Any, body: bytes) -> int:
    """Keep a server's message and ask for what it is about; return the status to answer. Forged ones leave a count."""
    delivery = headers.get("X-MLflow-Delivery-Id", "")
    stamp = headers.get("X-MLflow-Timestamp", "")
    try:
        mlflow.check(
            opened(server, "secret"), signature=headers.get("X-MLflow-Signature", ""), stamp=stamp, delivery=delivery,
            body=body, now=clock.now().timestamp(),
        )  # fmt: skip
    except mlflow.Forged as problem:
        return _refuse(server, delivery, str(problem), 401)
    try:
        message, problem = mlflow.read(body), ""
    except ValueError as error:
        message, problem = mlflow.Message("", "", ""), str(error)[:300]
    state = DeliveryState.REFUSED if problem else DeliveryState.WAITING if message.followed else DeliveryState.IGNORED
    with transaction.atomic():
        made, created = MLflowDelivery.objects.get_or_create(
            server=server,
            delivery_id=delivery,
            defaults={
                "entity": message.entity, "action": message.action, "name": message.name, "state": state,
                "sent_at": datetime.fromtimestamp(int(stamp), UTC), "reason": problem,
                "digest": f"sha256:{hashlib.sha256(body).hexdigest()}",
            },
        )  # fmt: skip
        if created and message.followed:
            defer("integrations.mlflow_pull", server=str(server.pk), name=message.name, delivery=str(made.pk))
    if not created:
        return _refuse(server, delivery, "it was taken before", 409)
    return 400 if problem else 202


def _refuse(server: MLflowServer, delivery: str, why: str, status: int) -> int:
    log.warning("A message for the MLflow server %s was refused: %s (%r).", server.pk, why, delivery[:120])
    MLflowServer.objects.filter(pk=server.pk).update(refused=F("refused") + 1)
    return status


def _check_server(name: str, url: str) -> None:
    if not name.strip():
        raise Invalid({"name": [_("This cannot be empty.")]})
    check_fields(MLflowServer, {"name": name.strip(), "url": url})
    check_words({"name": name, "url": url})
    try:
        resolve(url, private=True)
    except (Forbidden, Unreachable) as problem:
        raise Invalid({"url": [str(problem)]}) from problem


def _link(actor: Actor, mapping: MLflowMapping, ai_model: AIModel | None) -> None:
    if ai_model is None or mapping.version:
        raise Invalid({"ai_model": [_("Name the model that this is.")]})
    decision = authorisation.decide(actor, Permission.REGISTRY_MODEL_EDIT, ai_model)
    if not decision:
        raise Refused(decision)
    other = MLflowMapping.objects.filter(ai_model=ai_model, version="").exclude(pk=mapping.pk).first()
    if other is not None:
        raise Invalid({"ai_model": [_("This model stands for another one already: %(name)s.") % {"name": other.name}]})
    mapping.ai_model = ai_model
    mapping.taken = {"description": mapping.there.get("description", "")}


def _keep(mapping: MLflowMapping) -> None:
    """Take what is there now as known and ours as it is."""
    if mapping.version and mapping.model_version is None and mapping.ai_model is not None:
        mapping.model_version = mapping.ai_model.versions.filter(name=mapping.version).first()
    if mapping.ai_model is None or (mapping.version and mapping.model_version is None):
        raise Invalid({"decision": [_("Nothing here stands for it: link it, or leave it out.")]})
    mapping.taken = {**mapping.taken, **mapping.there}


def _prefer_theirs(mapping: MLflowMapping) -> None:
    """Take ours as what was taken over last, so that what is there now is taken over next."""
    if mapping.version or mapping.ai_model is None:
        raise Invalid({"decision": [_("A version stays what it is: keep ours, or leave theirs out.")]})
    standing = mapping.ai_model.aliases.standing().select_related("model_version")
    mapping.taken = {
        "description": mapping.ai_model.summary,
        "aliases": {one.name: one.model_version.name for one in standing},
    }
