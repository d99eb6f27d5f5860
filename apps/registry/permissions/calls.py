"""Who may ask about model calls and report what they cost."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from apps.kernel.actors import Actor, ActorKind
from apps.kernel.decision import Allowed, Decision, Denied
from apps.kernel.permissions import Permission


def may_ask_about_calls(actor: Actor, kind: str, subject_id: str, *, about_all: bool = False) -> Decision:
    """Let holders of the permission ask about anybody (`about_all`: known already), and everybody about themselves."""
    from apps.kernel import authorisation

    if about_all or (str(actor.kind), actor.id) == (kind, subject_id):
        return Allowed()
    return authorisation.decide(actor, Permission.REGISTRY_ACCESS_EVALUATE)


def may_report_usage(actor: Actor) -> Decision:
    """Let those who ask about calls report what they cost."""
    from apps.kernel import authorisation

    return authorisation.decide(actor, Permission.REGISTRY_ACCESS_EVALUATE)


def may_settle(*, actor: Actor, **_arguments: Any) -> Decision:
    """Let the portal itself settle budgets."""
    if actor.kind in (ActorKind.SYSTEM, ActorKind.OPERATOR):
        return Allowed()
    return Denied(_("Budgets are settled by the portal itself."))
