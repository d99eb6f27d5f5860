"""What tests of access to models share: a model of a provider with terms, a use case, and a request that fits."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from apps.registry import operations

ASKED = {
    "environment": "test", "purpose": "claims-triage", "purpose_details": "Sort claims by urgency.", "days": 30,
    "max_tokens": 500, "rate_limit": 60, "budget": Decimal("25.00"),
}  # fmt: skip


def make_model(model_owner, claims, **fields):
    """Register a model of our own with one version."""
    actor = model_owner.as_actor()
    made = operations.register_model(actor=actor, name="Urgency", department=claims, owner=model_owner, **fields)
    operations.register_version(actor=actor, ai_model=made, name="1.0", artefact_digest=f"sha256:{1:064x}")
    return made


def make_terms(model_owner, ai_model, **fields):
    """Write down terms that hold since the beginning of last year."""
    given = {"regions": ["EU"], "trains_on_our_data": "no"} | fields
    return operations.record_terms(
        actor=model_owner.as_actor(), ai_model=ai_model, valid_from=date(2025, 1, 1), title="Terms 1", **given
    )


def ask(person, ai_model, subject, use_case, **changes):
    """Ask for a model with what fits unless it is said otherwise."""
    return operations.request_model_access(
        actor=person.as_actor(), ai_model=ai_model, subject=subject, use_case=use_case, **(ASKED | changes)
    )


def grant(person, decider, ai_model, subject, use_case, second=None, **changes):
    """Ask, and let one or two people approve; return the grant."""
    request = ask(person, ai_model, subject, use_case, **changes)
    for one in (decider, second):
        if one is not None:
            request = operations.decide_model_request(
                actor=one.as_actor(), request=request, approve=True, reason="Needed, and bounded."
            )
    return request.grants.get()
