"""Issuing bundles: the grants of a system or service, signed, for as long as they may be relied on without the portal."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import jwt
from django.conf import settings
from django.utils.translation import gettext as _

from apps.audit.operation import operation
from apps.catalog import keys, permissions
from apps.catalog.events import Event
from apps.catalog.models import DataGrant, Dataset
from apps.catalog.queries.decisions import facts_about, read_standing
from apps.catalog.rules_pure import bundles
from apps.catalog.rules_pure.asking import Asked
from apps.catalog.rules_pure.deciding import SubjectFacts
from apps.kernel import clock
from apps.kernel.actors import Actor
from apps.kernel.errors import Missing
from apps.kernel.identifiers import uuid7


@dataclass(frozen=True, slots=True)
class Bundle:
    """A signed bundle and what it says."""

    text: str
    claims: dict[str, Any]


def issue_bundle(*, actor: Actor, kind: str, name: str, issuer: str = "gatehouse") -> Bundle:
    """Sign the grants of a system or service as they are now; its number and digest are kept, the bundle is not."""
    subject = read_standing(Asked(kind, name, "-", "read")).subject
    if subject is None or not permissions.may_issue_bundle(actor=actor, subject=subject):
        raise Missing(_("There is no %(kind)s of that name.") % {"kind": kind})
    claims = bundles.compose(
        issuer=issuer,
        number=str(uuid7()),
        subject={"type": subject.kind, "id": subject.id, "name": subject.label},
        grants=_grants(subject),
        now=clock.now(),
        fresh=timedelta(seconds=settings.ACCESS_BUNDLE_FRESH),
        stale=timedelta(seconds=settings.ACCESS_BUNDLE_STALE),
    )
    key = keys.signing_key()
    headers = {"kid": keys.public_key(key)["kid"], "typ": bundles.TYPE}
    text = jwt.encode(claims, key, algorithm="EdDSA", headers=headers)
    _issue_bundle(actor=actor, subject=subject, claims=claims, digest=hashlib.sha256(text.encode()).hexdigest())
    return Bundle(text, claims)


@operation(Event.BUNDLE_ISSUED, needs=None, may=permissions.may_issue_bundle)
def _issue_bundle(*, actor: Actor, subject: SubjectFacts, claims: dict[str, Any], digest: str) -> dict[str, Any]:
    """Keep which grants left the house, for whom and until when."""
    return {
        "number": claims["jti"],
        "subject": claims["sub"],
        "grants": [one["grant"] for one in claims["grants"]],
        "fresh_until": claims["exp"],
        "stale_until": claims["stale_until"],
        "digest": digest,
    }


def _grants(subject: SubjectFacts) -> list[dict[str, Any]]:
    """Return what allows the subject anything at this moment, dataset by dataset."""
    now = clock.now()
    standing = DataGrant.objects.standing().filter(**{f"{subject.kind}_id": subject.id})
    datasets = Dataset.objects.filter(pk__in=standing.values("dataset")).order_by("key")
    named = {
        str(pk): {"dataset": key, "namespace": namespace, "name": name}
        for pk, key, namespace, name in datasets.values_list("pk", "key", "namespace", "name")
    }
    facts = facts_about(subject, list(named)) if named else {}
    return [one for pk, names in named.items() if pk in facts for one in bundles.grants_in(facts[pk], names, now)]
