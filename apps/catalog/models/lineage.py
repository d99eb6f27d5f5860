"""Where data comes from and goes to: jobs, and lines between datasets, jobs, systems and fields, each with its times."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.accounts.reach import holds
from apps.inventory.models import AISystem
from apps.kernel import clock
from apps.kernel.identifiers import uuid7
from apps.kernel.permissions import Permission

from .choices import NodeKind, Standing
from .datasets import Field


class JobQuerySet(models.QuerySet["Job"]):
    """Jobs with named filters."""

    def visible_to(self, person: Any) -> JobQuerySet:
        """Return the jobs for those who may browse the catalog; what they read and write is narrowed by itself."""
        return self.all() if holds(person, Permission.CATALOG_DATASET_BROWSE) else self.none()


class Job(models.Model):
    """A process that reads and writes datasets (OpenLineage job)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    namespace = models.CharField(max_length=500)
    name = models.CharField(max_length=1000)
    kind = models.CharField(max_length=60, blank=True, help_text="For example QUERY, DAG, MODEL, TEST.")
    integration = models.CharField(max_length=60, blank=True, help_text="For example SPARK, DBT, AIRFLOW.")
    description = models.TextField(blank=True)
    system = models.ForeignKey(
        AISystem,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="jobs",
        help_text="The system it runs for.",
    )
    last_run_at = models.DateTimeField(null=True, blank=True)
    last_outcome = models.CharField(max_length=12, blank=True)
    seen_as_of = models.JSONField(
        default=dict, blank=True, help_text="For each value that a tool gave, the moment of the newest word."
    )
    created_at = models.DateTimeField(default=clock.now)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = _("job")
        ordering = ["namespace", "name"]
        constraints = [models.UniqueConstraint(fields=["namespace", "name"], name="catalog_job_name")]

    def __str__(self) -> str:
        return self.name


class LineageEvent(models.Model):
    """One event as a tool sent it, whole; the same event again changes nothing."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    digest = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the canonical JSON (RFC 8785).")
    kind = models.CharField(max_length=8, help_text="run, dataset or job.")
    event_type = models.CharField(max_length=12, blank=True)
    event_time = models.DateTimeField()
    run_id = models.CharField(max_length=64, blank=True)
    job_namespace = models.CharField(max_length=500, blank=True)
    job_name = models.CharField(max_length=1000, blank=True)
    producer = models.CharField(max_length=500, blank=True)
    body = models.JSONField(default=dict)
    received_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["-event_time"]
        indexes = [
            models.Index(fields=["job_namespace", "job_name", "-event_time"]),
            models.Index(fields=["run_id"]),
            models.Index(fields=["-received_at", "id"]),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.event_type} {self.job_name}"


class LineageEdge(models.Model):
    """Data flows from one node to the next: dataset to job, job to dataset, dataset to system, system to dataset.

    Nodes are named by their ids, which are unique over all kinds. Walks go over this table alone.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    source_id = models.UUIDField()
    source_kind = models.CharField(max_length=8, choices=NodeKind)
    target_id = models.UUIDField()
    target_kind = models.CharField(max_length=8, choices=NodeKind)
    standing = models.CharField(max_length=10, choices=Standing, default=Standing.OBSERVED)
    first_seen = models.DateTimeField()
    last_seen = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        # Walks read these two alone. `last_seen` is in neither: seeing a line again touches no index.
        constraints = [
            models.UniqueConstraint(
                fields=["source_id", "target_id"],
                include=["target_kind", "first_seen", "ended_at"],
                name="catalog_edge",
            )
        ]
        indexes = [
            models.Index(
                fields=["target_id", "source_id"],
                include=["source_kind", "first_seen", "ended_at"],
                name="catalog_edge_up",
            )
        ]

    def __str__(self) -> str:
        return f"{self.source_id} → {self.target_id}"


class FieldEdge(models.Model):
    """A field's values flow into another field, or shape it (OpenLineage columnLineage)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    source = models.ForeignKey(Field, on_delete=models.PROTECT, related_name="flows_to", db_index=False)
    target = models.ForeignKey(Field, on_delete=models.PROTECT, related_name="flows_from", db_index=False)
    kind = models.CharField(max_length=10, help_text="DIRECT (values flow) or INDIRECT (it filters, joins, sorts).")
    subtype = models.CharField(max_length=40, blank=True, help_text="IDENTITY, TRANSFORMATION, AGGREGATION, JOIN, …")
    masking = models.BooleanField(default=False)
    description = models.TextField(blank=True)
    job = models.ForeignKey(Job, on_delete=models.PROTECT, null=True, blank=True, related_name="field_edges")
    first_seen = models.DateTimeField()
    last_seen = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "target", "kind", "subtype"], name="catalog_field_edge")
        ]
        indexes = [models.Index(fields=["target", "source"])]

    def __str__(self) -> str:
        return f"{self.source_id} → {self.target_id}"
