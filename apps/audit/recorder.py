"""Writes entries through the database's one function, with who and why set for the transaction."""

from __future__ import annotations

import json
from typing import Any

from django.db import connection, transaction

from apps.kernel import clock, correlation, subjects
from apps.kernel.actors import Actor


def set_context(actor: Actor | None, event: str = "", reason: str = "") -> None:
    """Tell the row triggers of this transaction who acts and why; None takes it back."""
    context = ""
    if actor is not None:
        context = json.dumps(
            {
                "actor_kind": str(actor.kind),
                "actor_id": actor.id,
                "event": str(event),
                "reason": reason,
                "correlation_id": correlation.current(),
                "origin": actor.origin,
            }
        )
    moved = clock.moved_to()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('gatehouse.context', %s, true), set_config('gatehouse.demo_now', %s, true)",
            [context, moved.isoformat() if moved else ""],
        )


def append(
    *,
    kind: str,
    event: str,
    subject: Any = None,
    details: dict[str, str] | None = None,
    reason: str = "",
    request_key: str | None = None,
) -> int:
    """Append one entry inside the present transaction and context; return its number."""
    subject_type, subject_id = ("", "") if subject is None else (subjects.type_name(subject), str(subject.pk))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT audit_append(%s, %s, %s, %s, '{}'::jsonb, %s::jsonb, %s, %s, NULL)",
            [
                kind,
                str(event),
                subject_type,
                subject_id,
                json.dumps({_plain(key): _plain(value) for key, value in (details or {}).items()}),
                reason,
                request_key,
            ],
        )
        return int(cursor.fetchone()[0])


def _plain(value: object) -> str:
    """Return a text that the database can hold: what was attempted is kept also where somebody sent it broken."""
    return str(value).replace("\x00", "\N{REPLACEMENT CHARACTER}").encode(errors="replace").decode()


def record(
    *, event: str, actor: Actor, subject: Any = None, details: dict[str, str] | None = None, reason: str = ""
) -> int:
    """Record something that changes no row (a refusal, a sign-in, an export, a sensitive read)."""
    from .operation import current

    with transaction.atomic():
        set_context(actor, event, reason)
        number = append(kind="access", event=event, subject=subject, details=details, reason=reason)
        outer = current()
        set_context(outer.actor if outer else None, outer.event if outer else "", outer.reason if outer else "")
    return number
