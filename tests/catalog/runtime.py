"""What tests of the runtime share: a token that may ask, a grant by the road that grants take, a question."""

from __future__ import annotations

import json

from apps.accounts import operations as accounts
from apps.accounts.models import Role, ServiceIdentity
from apps.audit.models import OutboxMessage
from apps.catalog import operations, tasks
from apps.catalog.models import DataGrant, Dataset
from apps.catalog.operations.decisions import evaluate
from apps.catalog.rules_pure.asking import Asked
from apps.kernel.actors import Actor
from tests.conftest import SETUP

BEAT = Actor.system("beat")
EVALUATE = "catalog.access.evaluate"


def classified(dataset, level, *categories):
    Dataset.objects.filter(pk=dataset.pk).update(level=level, categories=list(categories))
    dataset.refresh_from_db()
    return dataset


def granted(requester, steward, dataset, subject=None, **changes) -> DataGrant:
    """Ask for access and have it approved."""
    values = {"actions": ["read"], "purpose": "claims-handling", "purpose_details": "Answer customers.", "days": 30}
    request = operations.request_access(
        actor=requester.as_actor(), dataset=dataset, subject=subject or requester, **{**values, **changes}
    )
    operations.decide_request(actor=steward.as_actor(), request=request, outcome="approve", reason="It is needed.")
    return DataGrant.objects.get(request=request)


def made_service(owner, name="claims-loader", role="delivery-team", reach=None):
    service = ServiceIdentity.objects.create(name=name, purpose="Loads claims", owner=owner)
    if role:
        accounts.assign_role(
            actor=SETUP, role=Role.objects.get(key=role), service=service, department=reach, reason="Test"
        )
    return service


def bearer(person, *scopes, service=None):
    issued = accounts.issue_token(
        actor=person.as_actor(), name="Pipeline", scopes=list(scopes) or [EVALUATE], service=service
    )
    return {"authorization": f"Bearer {issued.text}"}


def question(kind, subject, dataset, action="read", *, fields=None, **context):
    context.setdefault("purpose", "claims-handling")
    return {
        "subject": {"type": kind, "id": str(subject)},
        "action": {"name": action},
        "resource": {"type": "dataset", "id": str(dataset), "properties": {"fields": fields or []}},
        "context": context,
    }


def ask(client, headers, document, path="/access/v1/evaluation"):
    return client.post(path, json.dumps(document), content_type="application/json", headers=headers)


def decided(actor, dataset, times=1, **changes):
    """Ask so often about the one who asks."""
    asked = Asked("person", actor.id, dataset.key, "read", **({"purpose": "claims-handling"} | changes))
    for _time in range(times):
        evaluate(actor=actor, asked=asked)


def deferred():
    """Do what was asked for later about classes, as the queue would, until nothing more is asked."""
    done = 0
    while waiting := OutboxMessage.objects.filter(pk__gt=done, task__in=["catalog.suggest", "catalog.carry"]).order_by(
        "pk"
    ):
        for message in waiting:
            {"catalog.suggest": tasks.suggest, "catalog.carry": tasks.carry}[message.task](**message.payload)
            done = message.pk
