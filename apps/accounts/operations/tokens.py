"""Writes about API tokens."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta

from django.utils.translation import gettext as _

from apps.accounts import permissions, reach
from apps.accounts.events import Event
from apps.accounts.models import ApiToken, Person, ServiceIdentity
from apps.accounts.rules_pure.tokens import PREFIX_ALPHABET, compose
from apps.audit.operation import operation
from apps.kernel import clock
from apps.kernel.actors import Actor
from apps.kernel.errors import Invalid
from apps.kernel.permissions import Permission


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A new token with its text, which exists here and nowhere else."""

    token: ApiToken
    text: str


def issue_token(
    *,
    actor: Actor,
    name: str,
    scopes: list[str],
    days: int = 30,
    service: ServiceIdentity | None = None,
    request_key: str | None = None,
) -> IssuedToken:
    """Issue a token to the person who asks, or to a service they own, no wider than its holder; its text is shown once."""
    secret = secrets.token_urlsafe(32)
    prefix = "".join(secrets.choice(PREFIX_ALPHABET) for _index in range(8))
    token = _issue_token(
        actor=actor, name=name, scopes=scopes, days=days, prefix=prefix, secret=secret, service=service,
        request_key=request_key,
    )  # fmt: skip
    # A repeated request finds the first token; its secret is gone, and none is made up.
    return IssuedToken(token, compose(prefix, secret) if token.prefix == prefix else "")


@operation(Event.TOKEN_ISSUED, needs=Permission.ACCOUNTS_TOKEN_ISSUE, may=permissions.may_issue_token)
def _issue_token(
    *,
    actor: Actor,
    name: str,
    scopes: list[str],
    days: int,
    prefix: str,
    secret: str,
    service: ServiceIdentity | None = None,
) -> ApiToken:
    person = Person.objects.get(pk=actor.id)
    _check(name, scopes, days, person, service)
    created = clock.now()
    return ApiToken.objects.create(
        person=person,
        service=service,
        name=name.strip()[:100],
        prefix=prefix,
        digest=ApiToken.digest_of(secret),
        scopes=sorted(set(scopes)),
        created_at=created,
        expires_at=created + timedelta(days=days),
    )


def _check(name: str, scopes: list[str], days: int, person: Person, service: ServiceIdentity | None) -> None:
    """Refuse a token without a purpose, wider than its holder, or for too long."""
    problems: dict[str, list[str]] = {}
    if not name.strip():
        problems["name"] = [_("Say what the token is for.")]
    if not scopes:
        problems["scopes"] = [_("Choose at least one thing the token may do.")]
    held = reach.held_permissions(person) if service is None else reach.held_by_service(service)
    beyond = sorted(set(scopes) - held)
    if beyond and service is None:
        problems["scopes"] = [_("You may not do this yourself: %(names)s.") % {"names": ", ".join(beyond)}]
    elif beyond:
        problems["scopes"] = [_("None of the service's roles allows: %(names)s.") % {"names": ", ".join(beyond)}]
    if not 1 <= days <= ApiToken.LONGEST_DAYS:
        problems["days"] = [_("A token lives between 1 and %(days)s days.") % {"days": ApiToken.LONGEST_DAYS}]
    if problems:
        raise Invalid(problems)


@operation(Event.TOKEN_REVOKED, needs=None, subject="token", may=permissions.may_revoke_token)
def revoke_token(*, actor: Actor, token: ApiToken) -> ApiToken:
    """End a token at once."""
    if token.revoked_at is None:
        token.revoked_at = clock.now()
        token.save(update_fields=["revoked_at"])
    return token
