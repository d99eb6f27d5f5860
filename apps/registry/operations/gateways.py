"""Taking in what a gateway really allows, and handing grants out in its own words."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from typing import Any

from django.utils.text import slugify
from django.utils.translation import gettext as _

from apps.audit.operation import operation
from apps.kernel import clock
from apps.kernel.actors import Actor
from apps.kernel.deferral import defer
from apps.kernel.errors import Invalid
from apps.registry import permissions
from apps.registry.events import Event
from apps.registry.models import Environment, GatewayKey, GatewaySnapshot, ModelGrant
from apps.registry.queries import gateways as queries
from apps.registry.queries.leaving import leaving
from apps.registry.rules_pure import gateway_exports
from apps.registry.rules_pure.gateway_formats import NotUnderstood, ReadKey, read_keys

EXPORT_FORMS = {"litellm": gateway_exports.litellm, "opa": gateway_exports.opa}
RULES = ("GWY-101", "GWY-102", "GWY-103", "GWY-104")
LIMITS = (
    "alias", "hash_prefix", "every_model", "calls_per_minute", "budget", "budget_days", "valid_until", "blocked",
)  # fmt: skip


@operation(Event.GATEWAY_READ, needs=None, may=permissions.may_read_gateway)
def read_gateway(*, actor: Actor, gateway: str, environment: str, document: Any) -> GatewaySnapshot:
    """Take in the keys and limits of a gateway; the same again changes nothing, and no key itself is kept."""
    name = gateway.strip().lower()
    if not name or slugify(name) != name or len(name) > 60:
        raise Invalid({"gateway": [_("A short name in small letters, for example gateway-eu.")]})
    if environment not in Environment.values:
        raise Invalid({"environment": [_("Choose where it stands.")]})
    try:
        kind, keys = read_keys(document)
    except NotUnderstood as problem:
        raise Invalid({"document": [str(problem)]}) from problem
    digest = hashlib.sha256(
        json.dumps([environment, [asdict(key) for key in keys]], default=str, sort_keys=True).encode()
    ).hexdigest()
    before = GatewaySnapshot.objects.select_for_update().filter(gateway=name, current=True).first()
    if before is not None and before.digest == digest:
        _link_again(name)
        compare_keys(GatewayKey.objects.filter(gateway=name))
        return before
    if before is not None:
        before.current = False
        before.save(update_fields=["current"])
    snapshot = GatewaySnapshot.objects.create(
        gateway=name, environment=environment, format=kind, digest=digest, number=len(keys), read_by=actor.label[:200]
    )
    _keep(name, environment, keys)
    compare_keys(GatewayKey.objects.filter(gateway=name))
    defer("registry.compare_gateways")
    return snapshot


@operation(Event.BUNDLE_ISSUED, needs=None, may=permissions.may_read_gateway)
def _handed_out(*, actor: Actor, form: str, digest: str, number: int) -> dict[str, Any]:
    """Keep that grants left the house, in which form, and how many."""
    return {"form": form, "digest": digest, "number_of_grants": number}


def export_grants(*, actor: Actor, form: str, grants: Any = None, environment: str = "") -> dict[str, Any]:
    """Return the grants that count, as LiteLLM's configuration ("litellm") or OPA's data ("opa")."""
    found = leaving(grants)
    if environment:
        found = [one for one in found if one["environment"] == environment]
    if form not in EXPORT_FORMS:
        raise Invalid({"form": [_("Choose litellm or opa.")]})
    document = EXPORT_FORMS[form](found, clock.now())
    digest = hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()
    _handed_out(actor=actor, form=form, digest=digest, number=len(found))
    return document


def compare_keys(keys: Any = None) -> int:
    """Hold keys against what is granted now, and remember how they differ; return how many changed."""
    changed = []
    for key, differs in queries.differing(keys):
        if key.differs != differs:
            key.differs = differs
            changed.append(key)
    GatewayKey.objects.bulk_update(changed, ["differs"], batch_size=500)
    return len(changed)


def _keep(gateway: str, environment: str, keys: list[ReadKey]) -> None:
    known = {key.identity: key for key in GatewayKey.objects.select_for_update(of=("self",)).filter(gateway=gateway)}
    grants = {grant.key: grant for grant in ModelGrant.objects.filter(key__in={key.grant for key in keys if key.grant})}
    for one in keys:
        row = known.pop(one.identity, None) or GatewayKey(gateway=gateway, identity=one.identity)
        values = {name: getattr(one, name) for name in LIMITS} | {
            "model_names": list(one.model_names), "grant_cited": one.grant, "grant": grants.get(one.grant),
            "environment": environment, "absent_since": None,
        }  # fmt: skip
        changed = row._state.adding or any(getattr(row, name) != value for name, value in values.items())
        for name, value in values.items():
            setattr(row, name, value)
        if changed:
            row.save()
    for row in known.values():
        if row.absent_since is None:
            row.absent_since = clock.now()
            row.save(update_fields=["absent_since"])


def _link_again(gateway: str) -> None:
    """Tie keys to grants that were made after the reading before."""
    for row in GatewayKey.objects.filter(gateway=gateway, grant=None).exclude(grant_cited=""):
        row.grant = ModelGrant.objects.filter(key=row.grant_cited).first()
        if row.grant is not None:
            row.save(update_fields=["grant"])
