"""Who sends a token, and whether one permission is theirs: in one statement, for endpoints that are asked all day.

What the statement says of roles is what `reach` says; a test holds both equal. Whatever is not plainly in order is left to
`TokenAuthentication`, which refuses with its reason on record.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import connection

from apps.kernel import clock
from apps.kernel.actors import Actor, ActorKind
from apps.kernel.permissions import Permission

from .backends.tokens import TokenAuthentication
from .models import ApiToken
from .reach import decide
from .rules_pure import tokens

_MARK = "Bearer "
_CALLER = """
SELECT t.digest, t.scopes, t.expires_at, t.revoked_at IS NULL, t.last_used_at, p.id::text, p.name, p.is_active,
    s.id::text, s.name, s.is_active AND s.owner_id = p.id,
    %(permission)s = ANY (t.scopes) AND EXISTS (
        SELECT FROM accounts_roleassignment a JOIN accounts_role r ON r.id = a.role_id
        WHERE %(permission)s = ANY (r.permissions) AND (a.until IS NULL OR a.until > %(now)s)
            AND (NOT a.needs_confirmation OR a.confirmed_by_id IS NOT NULL)
            AND CASE WHEN s.id IS NOT NULL THEN a.service_id = s.id ELSE a.person_id = p.id OR (
                a.group_id IN (SELECT g.group_id FROM accounts_person_groups g WHERE g.person_id = p.id)
                AND a.granted_by_id IS DISTINCT FROM p.id AND a.confirmed_by_id IS DISTINCT FROM p.id) END)
FROM accounts_apitoken t JOIN accounts_person p ON p.id = t.person_id LEFT JOIN accounts_serviceidentity s ON s.id = t.service_id
WHERE t.prefix = %(prefix)s
"""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, and whether the permission that was asked about is theirs, anywhere."""

    actor: Actor
    allowed: bool


def caller_of(request: Any, permission: Permission) -> Caller | None:
    """Return who sends the request's token; None when nobody does. Sets who acts, as every sign-in does."""
    found = _at_once(request.headers.get("Authorization", ""), permission)
    if found is None:
        if TokenAuthentication()(request) is None:
            return None
        return Caller(request.actor, bool(decide(request.actor, permission)))
    # What is narrowed to people stays empty here: these endpoints answer for whoever acts, not for what a person sees.
    request.user, request.actor = AnonymousUser(), found.actor
    return found


def _at_once(header: str, permission: Permission) -> Caller | None:
    parts = tokens.split(header.removeprefix(_MARK)) if header.startswith(_MARK) else None
    if parts is None:
        return None
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(_CALLER, {"permission": str(permission), "now": now, "prefix": parts[0]})
        row = cursor.fetchone()
    if row is None:
        return None
    digest, scopes, expires, stands, used, person, name, active, service, service_name, service_fine, allowed = row
    fine = stands and expires > now and active and (service is None or service_fine)
    if not fine or not hmac.compare_digest(digest, ApiToken.digest_of(parts[1])):
        return None
    if used is None or now - used > timedelta(minutes=1):
        # The slow way keeps the minute of its last use.
        return None
    kind = ActorKind.PERSON if service is None else ActorKind.SERVICE
    return Caller(Actor(kind, service or person, service_name or name, frozenset(scopes), "api"), allowed)
