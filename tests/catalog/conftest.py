"""A platform with datasets, as stewards put them on record."""

from __future__ import annotations

import pytest


@pytest.fixture
def second_steward(make_person):
    return make_person("Sam Steward", "data-steward")


@pytest.fixture
def platform(steward, claims):
    """The claims warehouse, in the EU."""
    from apps.catalog import operations

    return operations.register_platform(
        actor=steward.as_actor(),
        name="Claims warehouse",
        namespace="postgres://warehouse:5432",
        kind="warehouse",
        region="EU",
        department=claims,
        owner=steward,
    )


@pytest.fixture
def dataset(steward, platform, claims):
    """The claims, with a few fields that nobody classified yet."""
    from apps.catalog import operations

    return operations.register_dataset(
        actor=steward.as_actor(),
        platform=platform,
        name="claims.public.claim",
        title="Claims",
        department=claims,
        owner=steward,
        steward=steward,
        fields=[
            {"path": "claim_id", "data_type": "bigint", "primary_key": True},
            {"path": "customer_id", "data_type": "bigint"},
            {"path": "customer_email", "data_type": "text"},
            {"path": "diagnosis_code", "data_type": "text"},
            {"path": "amount", "data_type": "numeric"},
        ],
    )


@pytest.fixture
def entry_in_force(privacy, lead, claims, legal_entity):
    """An entry of the processing register that covers reading personal and health data to handle claims."""
    from apps.catalog import operations

    made = operations.register_activity(
        actor=lead.as_actor(), name="Handle claims", purposes="Handle claims.", department=claims, owner=lead,
        controller=legal_entity, purpose_codes=["claims-handling"], actions=["read"],
        data_subjects=["policyholders"], data_categories=["personal", "health", "special_category"],
        data_described="As far as the claim needs them.", recipients=["Claims department"],
        erasure="Ten years after the claim is closed.", security_measures="Four eyes.", lawful_basis="contract",
        special_category_condition="Art. 9(2)(f)", impact_assessment="done", impact_assessment_reference="DPIA-17",
        regions=["EU"],
    )  # fmt: skip
    return operations.publish_activity(actor=privacy.as_actor(), activity=made)
