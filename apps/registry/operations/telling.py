"""Whom decisions about access to models are told."""

from __future__ import annotations

from typing import Any

from apps.catalog.operations.telling import holders
from apps.kernel.actors import Actor
from apps.registry.models import ModelGrant
from apps.work.operations import send_notice


def tell_holders(actor: Actor, grant: ModelGrant, text: str, *, once: str = "") -> None:
    """Tell those who hold a grant; `text` may name %(grant)s and %(model)s."""
    words = text % {"grant": grant.key, "model": grant.ai_model.name}
    for person in holders(grant):
        if str(person.pk) != actor.id:
            key = f"{once}:{person.pk}" if once else None
            send_notice(actor=actor, person=person, text=words, about=grant, kind="access", once=key)


def tell_requester(actor: Actor, request: Any, text: str) -> None:
    """Tell whoever asked, and whom it is for, what was decided."""
    for person in {request.requester, *holders(request)}:
        if str(person.pk) != actor.id:
            send_notice(actor=actor, person=person, text=text, about=request, kind="access")


def tell_deciders(actor: Actor, about: Any) -> None:
    """Tell the model's owner that something waits for a decision."""
    person = about.ai_model.owner
    if person is None or str(person.pk) in {actor.id, *(str(one.pk) for one in holders(about))}:
        return
    held = getattr(about, "held_back_at", None)
    once = f"{about.pk}:{person.pk}:{getattr(about, 'status', '')}{held.isoformat() if held else ''}"[:200]
    text = f"{about.key}: {about.ai_model.name}"
    send_notice(actor=actor, person=person, text=text, about=about, kind="decision", once=once)
