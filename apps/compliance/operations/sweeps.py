"""Running the rules: over everything, or over one record that changed."""

from __future__ import annotations

from django.db import DatabaseError, transaction

from apps.audit.operation import operation
from apps.compliance import engine
from apps.compliance.events import Event
from apps.compliance.models import Sweep
from apps.kernel import clock
from apps.kernel.actors import Actor
from apps.kernel.permissions import Permission
from apps.kernel.rules import all_rules


@operation(Event.SWEEP_RUN, needs=Permission.COMPLIANCE_SWEEP_RUN)
def sweep(*, actor: Actor, trigger: str = "scheduled") -> Sweep:
    """Run every rule over every record; a rule that cannot be run is named, the others go on."""
    run = Sweep(began_at=clock.now(), trigger=trigger, failed_rules={})
    for rule in all_rules():
        run.rules += 1
        try:
            with transaction.atomic():
                outcome = engine.evaluate(rule)
        except DatabaseError as error:
            run.failed_rules[rule.id] = str(error).splitlines()[0]
            continue
        run.opened += outcome.opened
        run.closed += outcome.closed
    run.ended_at = clock.now()
    run.save(force_insert=True)
    return run


@operation(Event.RULES_EVALUATED, needs=Permission.COMPLIANCE_SWEEP_RUN)
def evaluate_subject(*, actor: Actor, subject_type: str, subject_id: str) -> dict[str, int]:
    """Run the rules about one record that changed; return how many findings opened and closed."""
    opened = closed = 0
    for rule in all_rules():
        if rule.subject == subject_type:
            outcome = engine.evaluate(rule, subject_id)
            opened += outcome.opened
            closed += outcome.closed
    return {"opened": opened, "closed": closed}
