"""API tokens at the door: from the Authorization header to a person with narrowed rights."""

from __future__ import annotations

import hmac
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import AnonymousUser
from ninja.security import HttpBearer

from apps.accounts.events import Event
from apps.accounts.models import ApiToken
from apps.accounts.rules_pure import tokens
from apps.kernel import clock, recording
from apps.kernel.actors import Actor


class TokenAuthentication(HttpBearer):
    """Accepts a valid token; the request then acts as its holder, within the token's scopes."""

    def authenticate(self, request: Any, token: str) -> ApiToken | None:
        """Return the token, or None, which answers 401; a known token that is refused leaves an entry."""
        parts = tokens.split(token)
        found = ApiToken.objects.select_related("person", "service").filter(prefix=parts[0]).first() if parts else None
        if found is None or parts is None:
            return None
        genuine = hmac.compare_digest(found.digest, ApiToken.digest_of(parts[1]))
        if not (genuine and found.state == "valid" and found.is_open):
            because = found.state if genuine and found.state != "valid" else "closed" if genuine else "wrong secret"
            recording.record(
                event=Event.TOKEN_REFUSED, actor=Actor.anonymous(), subject=found, details={"because": because}
            )
            return None
        # A service sees nothing as the person who owns it: what is narrowed to people is empty for it.
        request.user = found.person if found.service is None else AnonymousUser()
        request.actor = found.as_actor()
        _remember_use(found)
        return found


def _remember_use(token: ApiToken) -> None:
    """Keep when a token was last used, to the minute; this is no change of the record."""
    moment = clock.now()
    if token.last_used_at is None or moment - token.last_used_at > timedelta(minutes=1):
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=moment)  # one-writer: use is not recorded
