"""Arranging grants for calls, and asking."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from apps.accounts import operations as accounts
from apps.inventory import operations as inventory
from apps.kernel import clock
from apps.kernel.identifiers import next_key
from apps.registry import operations
from apps.registry.models import ModelAccessRequest, ModelGrant
from tests.conftest import SETUP


def made_model(model_owner, claims, name="urgency"):
    return operations.register_model(
        actor=model_owner.as_actor(), name=name, department=claims, owner=model_owner, modalities_in=["text"]
    )


def made_use_case(owner, claims, system=None):
    made = inventory.register_use_case(
        actor=owner.as_actor(), name="Sort claims", purpose="Sort claims by urgency.", department=claims, owner=owner
    )
    if system is not None:
        inventory.link_use_case(actor=owner.as_actor(), use_case=made, system=system)
    made.provisional_tier = "T3"
    made.save(update_fields=["provisional_tier"])
    return made


def made_service(owner, name="claims-app"):
    return accounts.create_service(actor=SETUP, name=name, purpose="Sorts claims", owner=owner)


def granted(subject_kind, subject, ai_model, use_case, requester, **terms):
    """Write a grant as its operations would: with the request that it came from."""
    given = {
        "subject_kind": subject_kind, subject_kind: subject, "use_case": use_case, "ai_model": ai_model,
        "environment": "test", "modalities": ["text"], "data_level": "internal", "purpose": "claims-handling",
        "purpose_details": "Sort claims", **terms,
    }  # fmt: skip
    until = given.pop("valid_until", clock.now() + timedelta(days=30))
    request = ModelAccessRequest.objects.create(
        key=next_key("MAR"), requester=requester, days=30, status="approved", **given
    )
    return ModelGrant.objects.create(
        key=next_key("MGR"), request=request, tier_granted="T3", valid_until=until, **given
    )


def question(kind, subject, model, **properties):
    said = {"purpose": "claims-handling", "environment": "test", **properties}
    return {
        "subject": {"type": kind, "id": str(subject)},
        "action": {"name": "invoke", "properties": {k: v for k, v in said.items() if v is not None}},
        "resource": {"type": "model", "id": model},
    }


EURO = Decimal("1.00")
