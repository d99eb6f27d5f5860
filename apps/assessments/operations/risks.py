"""The risk register: recording, rating and closing risks."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from apps.accounts.models import Person
from apps.assessments import permissions
from apps.assessments.events import Event
from apps.assessments.models import LEVELS, SIDES, Assessment, RiskScenario, RiskStatus
from apps.audit.operation import operation
from apps.inventory.models import AISystem, UseCase
from apps.kernel import clock
from apps.kernel.actors import Actor
from apps.kernel.errors import Invalid
from apps.kernel.identifiers import next_key
from apps.kernel.permissions import Permission

WORDS = ("title", "cause", "event", "consequence", "category", "affected_group", "treatment", "treatment_text")


@operation(
    Event.RISK_RECORDED, needs=Permission.ASSESSMENTS_RISK_EDIT, within_reach_of="about", may=permissions.may_assign
)
def record_risk(
    *, actor: Actor, about: AISystem | UseCase, owner: Person, found_in: Assessment | None = None, **fields: Any
) -> RiskScenario:
    """Put a risk on the register: cause, event, consequence, owner, and how it is rated."""
    unknown = set(fields) - {*LEVELS, *WORDS}
    if unknown:
        raise Invalid({name: [_("This field cannot be set here.")] for name in sorted(unknown)})
    for name in ("title", "cause", "event", "consequence", "category"):
        if not str(fields.get(name, "")).strip():
            raise Invalid({name: [_("This is needed to understand the risk.")]})
    for side in SIDES:
        inherent = fields.setdefault(f"inherent_{side}", 3)
        for kind in ("current", "target", "residual"):
            fields.setdefault(f"{kind}_{side}", inherent)
    _check_levels(fields)
    return RiskScenario.objects.create(
        key=next_key("RSK"),
        use_case=about if isinstance(about, UseCase) else None,
        system=about if isinstance(about, AISystem) else None,
        found_in=found_in,
        owner=owner,
        created_at=clock.now(),
        **fields,
    )


@operation(Event.RISK_RATED, needs=Permission.ASSESSMENTS_RISK_EDIT, subject="risk", may=permissions.may_rate)
def rate_risk(*, actor: Actor, risk: RiskScenario, reason: str, **fields: Any) -> RiskScenario:
    """Rate a risk anew, or change what is done about it, with the reason."""
    unknown = set(fields) - {*LEVELS, "treatment", "treatment_text"}
    if unknown:
        raise Invalid({name: [_("This field cannot be set here.")] for name in sorted(unknown)})
    if not reason.strip():
        raise Invalid({"reason": [_("Say why the rating changes.")]})
    for name, value in fields.items():
        setattr(risk, name, value)
    _check_levels({name: getattr(risk, name) for name in LEVELS})
    risk.save(update_fields=list(fields))
    return risk


@operation(Event.RISK_CLOSED, needs=Permission.ASSESSMENTS_RISK_EDIT, subject="risk", may=permissions.may_rate)
def close_risk(*, actor: Actor, risk: RiskScenario, reason: str) -> RiskScenario:
    """Close a risk that cannot come true any more."""
    if not reason.strip():
        raise Invalid({"reason": [_("Say why it cannot come true any more.")]})
    risk.status = RiskStatus.CLOSED
    risk.save(update_fields=["status"])
    return risk


def _check_levels(fields: dict[str, Any]) -> None:
    for name in LEVELS:
        if fields[name] not in range(1, 6):
            raise Invalid({name: [_("Choose a level from 1 to 5.")]})
    for side in SIDES:
        if fields[f"residual_{side}"] > fields[f"inherent_{side}"]:
            raise Invalid({f"residual_{side}": [_("What remains is never more than what there was.")]})
