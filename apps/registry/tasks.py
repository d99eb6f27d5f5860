"""What the queue runs for the registry; each task may run twice."""

from __future__ import annotations

from typing import Any

from celery import shared_task

from apps.kernel.actors import Actor


@shared_task(name="registry.settle_budgets")
def settle_budgets(**_rest: Any) -> None:
    """Write what was spent of budgets from the counters into the database."""
    from apps.registry import operations

    operations.settle_budgets(actor=Actor.system("beat"))


@shared_task(name="registry.use_case_changed")
def use_case_changed(*, use_case: str, **_rest: Any) -> None:
    """Revoke or hold back what was granted for a use case that ended or rose."""
    from apps.registry.operations.sweeping import sweep_grants

    sweep_grants(use_case=use_case)


@shared_task(name="registry.access_nightly")
def access_nightly(**_rest: Any) -> None:
    """Revoke and hold back what no longer stands on anything, and tell the others two weeks before the end."""
    from apps.registry.operations.sweeping import announce_ends, sweep_grants

    sweep_grants()
    announce_ends()
    compare_gateways()


@shared_task(name="registry.compare_gateways")
def compare_gateways(*, grant: str = "", **_rest: Any) -> None:
    """Hold the keys of gateways against what is granted now, and look at the rules about them."""
    from apps.compliance.engine import evaluate
    from apps.kernel.rules import rule_named
    from apps.registry.models import GatewayKey
    from apps.registry.operations.gateways import RULES, compare_keys

    compare_keys(GatewayKey.objects.filter(grant=grant) if grant else None)
    for name in RULES:
        rule = rule_named(name)
        if rule is not None:
            evaluate(rule)
