"""A service calls models in pilot and production only for a use case that runs on a system which a gate let go there."""

from __future__ import annotations

import pytest

from apps.accounts.models import ServiceIdentity
from apps.inventory import operations as inventory
from apps.inventory.models import UseCase
from apps.kernel import clock
from apps.kernel.errors import GatehouseError
from apps.kernel.rules import rule_named
from apps.registry.queries.calls import facts_for
from apps.registry.queries.leaving import leaving
from apps.registry.rules_pure import calling
from apps.registry.rules_pure.call_questions import read_call

from .access_world import ask, grant, make_model

pytestmark = pytest.mark.django_db


@pytest.fixture
def ai_model(model_owner, claims):
    return make_model(model_owner, claims)


@pytest.fixture
def app(owner):
    return ServiceIdentity.objects.create(name="claims-app", purpose="Sorts claims", owner=owner)


@pytest.fixture
def use_case(owner, system):
    made = inventory.register_use_case(
        actor=owner.as_actor(), name="Sort claims", purpose="Sort claims.", department=system.department, owner=owner
    )
    inventory.link_use_case(actor=owner.as_actor(), use_case=made, system=system)
    UseCase.objects.filter(pk=made.pk).update(tier="T3")
    made.refresh_from_db()
    return made


@pytest.fixture
def let_go(use_case, live):
    """The use case on a system that every gate approved."""
    return live


def test_it_refuses_a_service_whose_use_case_runs_on_nothing_approved(owner, ai_model, app, use_case):
    with pytest.raises(GatehouseError, match=r"No system that .* runs on has a valid approval for production"):
        ask(owner, ai_model, app, use_case, environment="production")
    assert ask(owner, ai_model, app, use_case, environment="test").pk


def decided(app, ai_model):
    asked = read_call(
        {
            "subject": {"type": "service", "id": app.name},
            "action": {"name": "invoke", "properties": {"purpose": "claims-triage", "environment": "production"}},
            "resource": {"type": "model", "id": ai_model.key},
        }
    )
    facts, question = facts_for(asked)
    return calling.decide(facts, question, clock.now(), lambda *_: calling.Counted())


@pytest.mark.parametrize("ends", ["revoked", "changed", "suspended", "moved"])
def test_the_next_call_is_refused_when_the_approval_is_gone(
    let_go, owner, lead, model_owner, ai_model, app, use_case, ends
):
    given = grant(owner, model_owner, ai_model, app, use_case, environment="production")
    assert decided(app, ai_model).allowed
    assert [one["grant"] for one in leaving()] == [given.key]
    if ends == "revoked":
        for one in let_go.authorisations.filter(environment="production"):
            inventory.revoke_authorisation(actor=lead.as_actor(), authorisation=one, reason="A complaint")
    elif ends == "changed":
        inventory.edit_system(actor=owner.as_actor(), system=let_go, changes={"outputs": "Something else"})
    elif ends == "suspended":
        inventory.suspend(actor=lead.as_actor(), system=let_go, reason="A complaint")
    else:
        inventory.unlink_use_case(actor=owner.as_actor(), use_case=use_case, system=let_go, reason="Moved")
    verdict = decided(app, ai_model)
    assert (verdict.allowed, verdict.rule) == (False, "MCL-013")
    assert leaving() == []
    assert [row.key for row in rule_named("MAC-103").failing()] == [given.key]
