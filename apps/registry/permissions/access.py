"""Who asks for models, who decides, who ends it, and who takes grants along."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from apps.catalog.models import RequestStatus
from apps.kernel import authorisation
from apps.kernel.actors import Actor, ActorKind
from apps.kernel.decision import Allowed, Decision, Denied
from apps.kernel.permissions import Permission
from apps.registry.models import AIModel, ModelAccessRequest, ModelGrant

from .holding import holds_here, inside


def may_request_model(*, actor: Actor, subject: Any, **_arguments: Any) -> Decision:
    """Let people ask for themselves, for systems they answer for, and for service identities they own."""
    if not actor.is_person:
        return Denied(_("A person asks for a model."))
    if not answers_for(actor, subject):
        return Denied(_("Ask for yourself, for a system you answer for, or for a service identity that you own."))
    return authorisation.decide(actor, Permission.REGISTRY_ACCESS_REQUEST)


def may_request_extension(*, actor: Actor, grant: ModelGrant, **_arguments: Any) -> Decision:
    """Let those who hold a grant, or answer for what holds it, ask for more time."""
    return may_request_model(actor=actor, subject=grant.subject)


def may_withdraw_model_request(*, actor: Actor, request: ModelAccessRequest, **_arguments: Any) -> Decision:
    """Let people take back what they asked for."""
    if str(request.requester_id) == actor.id:
        return Allowed()
    return Denied(_("Only the person who asked can take the request back."))


def may_decide_model_request(*, actor: Actor, request: ModelAccessRequest, **_arguments: Any) -> Decision:
    """Let somebody decide who answers for the model and has no part in the request; never the same person twice."""
    if str(request.requester_id) == actor.id:
        return Denied(_("You asked for this: somebody else decides."))
    if request.status == RequestStatus.SECOND and str(request.decided_by_id) == actor.id:
        return Denied(_("You decided first: somebody else gives the second decision."))
    return _outside(actor, request)


def may_decide_model_grant(*, actor: Actor, grant: ModelGrant, **_arguments: Any) -> Decision:
    """Let somebody hold back or resume who answers for the model and has no part in the grant."""
    if str(grant.request.requester_id) == actor.id:
        return Denied(_("You asked for this: somebody else decides."))
    return _outside(actor, grant)


def may_hold_back_model_grant(*, actor: Actor, grant: ModelGrant, **_arguments: Any) -> Decision:
    """Let a grant be held back by the portal where its use case has risen, and by those who answer for the model."""
    return Allowed() if _by_itself(actor) else answers_for_model(actor, grant.ai_model)


def may_revoke_model_grant(*, actor: Actor, grant: ModelGrant, **_arguments: Any) -> Decision:
    """Let those who answer for the model end a grant at once, and those who hold it give it back."""
    if _by_itself(actor) or (actor.is_person and answers_for(actor, grant.subject)):
        return Allowed()
    return answers_for_model(actor, grant.ai_model)


def may_issue_model_grant(*, actor: Actor, **_arguments: Any) -> Decision:
    """Let a grant be made only as part of a decision."""
    return Allowed() if inside("registry.") else Denied(_("This is a part of a decision, and nothing by itself."))


def may_take_model_grants(*, actor: Actor, kind: str = "", name_id: str = "", **_arguments: Any) -> Decision:
    """Let gateways that may ask about everybody take everything along, and everybody what is about themselves."""
    if kind and (str(actor.kind), actor.id) == (kind, name_id):
        return Allowed()
    everywhere = authorisation.EVERYWHERE if kind == "all" else None
    return authorisation.decide(actor, Permission.REGISTRY_ACCESS_EVALUATE, everywhere)


def may_read_gateway(*, actor: Actor, **_arguments: Any) -> Decision:
    """Let those who compare gateways hand in what one really allows; gateways that ask for decisions do it themselves."""
    for permission in (Permission.REGISTRY_ACCESS_EVALUATE, Permission.REGISTRY_GATEWAY_COMPARE):
        decision = authorisation.decide(actor, permission, authorisation.EVERYWHERE)
        if decision:
            return decision
    return decision


def answers_for(actor: Actor, subject: Any) -> bool:
    """Tell whether a person is, or answers for, whoever access is for."""
    if hasattr(subject, "stage"):
        return bool(subject.is_responsible(actor.id))
    return str(getattr(subject, "owner_id", subject.pk)) == actor.id


def answers_for_model(actor: Actor, ai_model: AIModel) -> Decision:
    """Let the model's owner decide, and those who decide on access in its department."""
    scoped = actor.scopes is None or str(Permission.REGISTRY_ACCESS_DECIDE) in actor.scopes
    if actor.is_person and scoped and str(ai_model.owner_id) == actor.id:
        return Allowed()
    return holds_here(actor, Permission.REGISTRY_ACCESS_DECIDE, ai_model)


def _outside(actor: Actor, terms: Any) -> Decision:
    if not actor.is_person:
        return Denied(_("A person decides on access."))
    if str(terms.person_id) == actor.id:
        return Denied(_("It is for you: somebody else decides."))
    if answers_for(actor, terms.subject):
        return Denied(_("It is for something that you answer for: somebody else decides."))
    return answers_for_model(actor, terms.ai_model)


def _by_itself(actor: Actor) -> bool:
    return inside("registry.") or (actor.kind is ActorKind.SYSTEM and actor.id == "beat")
