"""What tools would observe, drawn from inside an intake as tools do."""

from __future__ import annotations

from typing import Any

from apps.catalog import operations
from apps.kernel import clock
from tests.inventory.conftest import Within


class Flows:
    """Datasets of a steward, and jobs between them as a tool sees them."""

    def __init__(self, steward: Any, platform: Any, department: Any) -> None:
        self.steward, self.platform, self.department = steward, platform, department

    def datasets(self, *names: str) -> list[Any]:
        """Put datasets on record."""
        return [
            operations.register_dataset(
                actor=self.steward.as_actor(), platform=self.platform, name=f"lineage.public.{name}",
                department=self.department, steward=self.steward,
            )
            for name in names
        ]  # fmt: skip

    def job(self, name: str, inputs: list[Any], outputs: list[Any], columns: list[Any] = ()) -> Any:
        """Draw a job with what it reads and writes."""

        actor, now = self.steward.as_actor(), clock.now()
        with Within("integrations.lineage.received", actor):
            job = operations.observe_job(actor=actor, namespace="airflow", name=name, at=now)
            operations.observe_flow(actor=actor, job=job, inputs=inputs, outputs=outputs, at=now)
            if columns:
                operations.observe_field_flows(actor=actor, job=job, flows=list(columns), at=now)
        return job
