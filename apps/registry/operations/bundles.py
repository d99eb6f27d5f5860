"""Issuing bundles: the grants of a system, a service or everybody, signed, for as long as they may be relied on alone."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import jwt
from django.conf import settings
from django.utils.translation import gettext as _

from apps.accounts.models import ServiceIdentity
from apps.audit.operation import operation
from apps.catalog import keys
from apps.inventory.models import AISystem
from apps.kernel import clock
from apps.kernel.actors import Actor
from apps.kernel.errors import Missing
from apps.kernel.identifiers import uuid7
from apps.registry import permissions
from apps.registry.events import Event
from apps.registry.queries.access import counting
from apps.registry.queries.leaving import leaving
from apps.registry.rules_pure import bundles

EVERYBODY = {"type": "all", "id": "all", "name": "all"}


@dataclass(frozen=True, slots=True)
class Bundle:
    """A signed bundle and what it says."""

    text: str
    claims: dict[str, Any]


def issue_model_bundle(*, actor: Actor, kind: str, name: str = "", issuer: str = "gatehouse") -> Bundle:
    """Sign the grants of a system or service, or of everybody (`kind` "all"), as they are now.

    Its number and digest are kept, the bundle is not. In a bundle of one subject questions need not say who asks.
    """
    subject, rows = _find(kind, name)
    if not permissions.may_take_model_grants(actor=actor, kind=subject["type"], name_id=subject["id"]):
        raise Missing(_("There is no %(kind)s of that name.") % {"kind": kind})
    grants = leaving(rows)
    if kind != "all":
        grants = [one | {"alone": True} for one in grants]
    claims = bundles.compose(
        issuer=issuer,
        number=str(uuid7()),
        subject=subject,
        grants=grants,
        now=clock.now(),
        fresh=timedelta(seconds=settings.ACCESS_BUNDLE_FRESH),
        stale=timedelta(seconds=settings.ACCESS_BUNDLE_STALE),
    )
    key = keys.signing_key()
    headers = {"kid": keys.public_key(key)["kid"], "typ": bundles.TYPE}
    text = jwt.encode(claims, key, algorithm="EdDSA", headers=headers)
    digest = hashlib.sha256(text.encode()).hexdigest()
    _issue(actor=actor, kind=subject["type"], name_id=subject["id"], claims=claims, digest=digest)
    return Bundle(text, claims)


@operation(Event.BUNDLE_ISSUED, needs=None, may=permissions.may_take_model_grants)
def _issue(*, actor: Actor, kind: str, name_id: str, claims: dict[str, Any], digest: str) -> dict[str, Any]:
    """Keep which grants left the house, for whom and until when."""
    return {
        "number": claims["jti"],
        "subject": claims["sub"],
        "grants": [one["grant"] for one in claims["grants"]][:200],
        "number_of_grants": len(claims["grants"]),
        "fresh_until": claims["exp"],
        "stale_until": claims["stale_until"],
        "digest": digest,
    }


def _find(kind: str, name: str) -> tuple[dict[str, str], Any]:
    if kind == "all":
        return EVERYBODY, counting()
    rows: dict[str, Any] = {
        "system": AISystem.objects.filter(key=name.upper()),
        "service": ServiceIdentity.objects.filter(name=name),
    }
    found = rows[kind].first() if kind in rows else None
    if found is None:
        raise Missing(_("There is no %(kind)s of that name.") % {"kind": kind})
    named = found.key if kind == "system" else found.name
    return {"type": kind, "id": str(found.pk), "name": named}, counting().filter(**{kind: found})
