"""Deployment permits: signed, expiring statements that pipelines and admission controllers check without the portal."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

import jwt
from django.conf import settings
from django.utils.translation import gettext as _

from apps.audit.operation import operation
from apps.catalog import keys
from apps.inventory.models import AISystem, Release
from apps.inventory.operations.checks import need_reason
from apps.inventory.queries import covering
from apps.kernel import clock
from apps.kernel.actors import Actor
from apps.kernel.errors import Invalid, Refused
from apps.kernel.identifiers import next_key, uuid7
from apps.kernel.permissions import Permission
from apps.registry import permissions
from apps.registry.events import Event
from apps.registry.models import GATED, DeploymentPermit, Environment
from apps.registry.queries import permits as queries

from .deployments import release_of

TYPE = "gatehouse-permit+jwt"
STATUS_TYPE = "gatehouse-permit-status+jwt"
ISSUER = "gatehouse"
DIGEST = re.compile(r"sha(256|384|512):[0-9a-f]{64,128}\Z")
MOST_IMAGES = 50
LONGEST = 20_000


def key_file() -> Path:
    """Return where the key of permits lies."""
    return Path(settings.PERMIT_KEY_FILE)


def public_keys() -> list[dict[str, Any]]:
    """Return the public keys by which anybody checks permits and the list of those that count no more."""
    return keys.public_keys(key_file())


@operation(
    Event.PERMIT_ISSUED,
    needs=Permission.REGISTRY_PERMIT_ISSUE,
    subject="system",
    may=permissions.may_deploy,
)
def issue_permit(
    *,
    actor: Actor,
    system: AISystem,
    release: Release,
    environment: str,
    region: str = "",
    images: Iterable[str] = (),
    minutes: int | None = None,
) -> DeploymentPermit:
    """Sign that a release may be deployed in an environment for a while; the text is in `text` of what is returned, once."""
    release, images = release_of(system, release), [one.strip().lower() for one in images]
    _check(environment, region, images, minutes)
    reasons = queries.reasons_against(release, environment)
    if reasons:
        raise Refused(" ".join(reasons))
    authorisation = covering(release, environment)
    assert authorisation is not None  # noqa: S101 - nothing speaks against it
    now = clock.now()
    made = DeploymentPermit(
        key=next_key("PMT"), system=system, release=release, authorisation=authorisation, environment=environment,
        region=region.strip(), subjects=sorted({*queries.digests_of(release), *images}), issued_to_kind=str(actor.kind),
        issued_to=actor.id, issued_at=now,
        expires_at=min(now + timedelta(minutes=minutes or settings.PERMIT_MINUTES), authorisation.valid_until),
    )  # fmt: skip
    text = _sign(claims_of(made), TYPE)
    made.digest = hashlib.sha256(text.encode()).hexdigest()
    made.save(force_insert=True)
    made.text = text  # type: ignore[attr-defined]
    return made


@operation(Event.PERMIT_REVOKED, needs=None, subject="permit", may=permissions.may_revoke_permit)
def revoke_permit(*, actor: Actor, permit: DeploymentPermit, reason: str) -> DeploymentPermit:
    """Take a permit back: it is on the next list of refused permits, and refused at once where the portal is asked."""
    permit.revoked_reason = need_reason(reason)
    permit.revoked_at, permit.revoked_by_id = clock.now(), actor.id if actor.is_person else None
    permit.save(update_fields=["revoked_at", "revoked_by", "revoked_reason"])
    return permit


def claims_of(permit: DeploymentPermit) -> dict[str, Any]:
    """Return what a permit says (RFC 7519 names where there are any)."""
    release, authorisation = permit.release, permit.authorisation
    issued = int(permit.issued_at.timestamp())
    return {
        "iss": ISSUER, "sub": permit.system.key, "jti": str(permit.pk), "iat": issued, "nbf": issued,
        "exp": int(permit.expires_at.timestamp()), "permit": permit.key, "environment": permit.environment,
        "region": permit.region, "release": {"key": release.key, "digest": f"sha256:{release.digest}"},
        "subjects": permit.subjects,
        "authorisation": {
            "key": authorisation.key, "gate": authorisation.gate, "content_hash": authorisation.content_hash,
            "revision": authorisation.material_revision, "until": int(authorisation.valid_until.timestamp()),
        },
    }  # fmt: skip


def status_list() -> str:
    """Sign which permits that have not expired count no more, and until when this list may be relied on."""
    issued = int(clock.now().timestamp())
    refused = [{"jti": pk, "why": why} for pk, why in queries.refused_permits()]
    return _sign(
        {
            "iss": ISSUER,
            "jti": str(uuid7()),
            "iat": issued,
            "exp": issued + settings.PERMIT_STATUS_FRESH,
            "refused": refused,
        },
        STATUS_TYPE,
    )


def verify_permit(text: str, *, environment: str = "", region: str = "", digest: str = "") -> list[str]:
    """Return why a permit does not count here and now; nothing: it does. Nothing in it is believed before its signature."""
    if len(text) > LONGEST:
        return [_("This is no permit.")]
    try:
        header = jwt.get_unverified_header(text)
        known = {one["kid"]: one for one in public_keys()}
        if header.get("typ") != TYPE or header.get("kid") not in known:
            return [_("It is no permit of this portal.")]
        claims = jwt.decode(
            text, jwt.PyJWK(known[header["kid"]]).key, algorithms=["EdDSA"], issuer=ISSUER,
            options={"verify_exp": False, "verify_nbf": False, "verify_iat": False},
        )  # fmt: skip
    except jwt.InvalidTokenError:
        return [_("It cannot be read, or its signature does not hold.")]
    permit = queries.around(DeploymentPermit.objects.filter(pk=claims["jti"])).first()
    if permit is None:
        return [_("It is not on record.")]
    return _against(permit, environment, region, digest.strip().lower())


def _against(permit: DeploymentPermit, environment: str, region: str, digest: str) -> list[str]:
    words = {
        "expired": _("It has expired."), "revoked": _("It was revoked: %(why)s") % {"why": permit.revoked_reason},
        "suspended": _("The system is suspended."), "withdrawn": _("The release was withdrawn."),
        "closed": _("The system is closed."), "retired": _("A model version in it is retired."),
    }  # fmt: skip
    found = []
    why = queries.objection(permit)
    if why:
        key = permit.authorisation.key
        found.append(words.get(why) or _("%(key)s is not valid any more.") % {"key": key})
    if environment and environment != permit.environment:
        found.append(_("It is for %(environment)s.") % {"environment": permit.environment})
    if region and permit.region and region != permit.region:
        found.append(_("It is for %(region)s.") % {"region": permit.region})
    if digest and digest not in permit.subjects:
        found.append(_("It does not admit that digest."))
    return found


def _check(environment: str, region: str, images: list[str], minutes: int | None) -> None:
    if environment not in GATED:
        labels = ", ".join(str(Environment(one).label) for one in GATED)
        raise Invalid({"environment": [_("Permits are for: %(names)s.") % {"names": labels}]})
    if len(region) > 40 or "\x00" in region:
        raise Invalid({"region": [_("This is no region.")]})
    if len(images) > MOST_IMAGES or not all(DIGEST.match(one) for one in images):
        raise Invalid({"images": [_("Give up to %(most)s digests, as sha256:….") % {"most": MOST_IMAGES}]})
    if minutes is not None and not 1 <= minutes <= 1_440:
        raise Invalid({"minutes": [_("A permit is for 1 to 1,440 minutes.")]})


def _sign(claims: dict[str, Any], kind: str) -> str:
    key = keys.signing_key(key_file())
    return jwt.encode(claims, key, algorithm="EdDSA", headers={"kid": keys.public_key(key)["kid"], "typ": kind})
