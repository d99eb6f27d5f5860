"""Imports of other people's inventories: the file, how it is read, and what became of each row."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Department, LegalEntity, Person
from apps.accounts.reach import holds_on
from apps.kernel import clock
from apps.kernel.identifiers import uuid7
from apps.kernel.permissions import Permission

from .systems import AISystem


class ImportState(models.TextChoices):
    """How far an import is."""

    PREPARING = "preparing", _("Being prepared")
    CHECKED = "checked", _("Checked, nothing taken yet")
    WAITING = "waiting", _("Waiting for a worker")
    RUNNING = "running", _("Running")
    DONE = "done", _("Finished")
    STOPPED = "stopped", _("Stopped")
    DISCARDED = "discarded", _("Discarded")


class Outcome(models.TextChoices):
    """What becomes of a row."""

    CREATED = "created", _("Created")
    UPDATED = "updated", _("Updated")
    UNCHANGED = "unchanged", _("Unchanged")
    DUPLICATE = "duplicate", _("Duplicate")
    REJECTED = "rejected", _("Rejected")
    BLANK = "blank", _("Blank")


class MatchDecision(models.TextChoices):
    """What a person said about a likely match."""

    OPEN = "", _("Not decided")
    SAME = "same", _("The same system")
    NEW = "new", _("Another system")


class ImportFile(models.Model):
    """A file as it came: its bytes, and the hash by which it is known again. Written once."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=255)
    media_type = models.CharField(max_length=120)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64, db_index=True)
    content = models.BinaryField(editable=False)
    received_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return self.name


class ImportQuerySet(models.QuerySet["Import"]):
    """Imports with named filters."""

    def visible_to(self, person: Any) -> ImportQuerySet:
        """Return one's own imports, and those into departments where one may import."""
        from apps.accounts.reach import reach

        if not getattr(person, "is_active", False):
            return self.none()
        return self.filter(Q(requested_by_id=person.pk) | reach(person, Permission.INVENTORY_IMPORT_RUN))

    def without_bytes(self) -> ImportQuerySet:
        """Read the file's name and hash along, its bytes only when they are asked for."""
        bulky = "file__content"
        return self.select_related("file", "department", "legal_entity", "requested_by").defer(bulky)

    def unfinished(self) -> ImportQuerySet:
        """Keep those that were started and have not come to their end."""
        return self.filter(state__in=[ImportState.WAITING, ImportState.RUNNING])


class Import(models.Model):
    """One file on its way into the inventory: how it is read, where to, and how far it is."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.CharField(max_length=20, unique=True)
    file = models.ForeignKey(ImportFile, on_delete=models.PROTECT, related_name="imports")
    source = models.CharField(
        _("name of the source"),
        max_length=120,
        help_text=_("The same name again lets the portal know the source's systems again."),
    )
    requested_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="imports")
    requester = models.CharField(max_length=200, blank=True, help_text="Who asked, for those who are no person.")

    # How the file is read.
    kind = models.CharField(max_length=8)
    encoding = models.CharField(max_length=20, blank=True)
    delimiter = models.CharField(max_length=1, blank=True)
    sheet = models.CharField(max_length=120, blank=True)
    sheets = models.JSONField(default=list)
    header_row = models.PositiveIntegerField(default=1, help_text="From 1; 0 where there is no header.")
    header = models.JSONField(default=list)
    guesses = models.JSONField(default=list, help_text="Per column: field, score, reason.")
    mapping = models.JSONField(default=list, help_text="Per column: our field, or nothing.")
    notices = models.JSONField(default=list)
    days_first = models.BooleanField(null=True, help_text="Whether dates begin with the day; empty: nothing tells.")

    # Where it goes.
    department = models.ForeignKey(Department, on_delete=models.PROTECT, null=True, blank=True, related_name="imports")
    legal_entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    organisation = models.CharField(max_length=200, blank=True, help_text="Where the file names none.")
    create_departments = models.BooleanField(default=True)
    department_plan = models.JSONField(
        default=dict, blank=True, help_text="Unit as named there → path of a department."
    )

    # How far it is.
    state = models.CharField(max_length=10, choices=ImportState, default=ImportState.PREPARING)
    only_good = models.BooleanField(default=False)
    rows = models.PositiveIntegerField(default=0)
    next_row = models.PositiveIntegerField(default=0, help_text="The first row that nothing has become of yet.")
    job_id = models.UUIDField(null=True, blank=True)
    message = models.TextField(blank=True)
    created_at = models.DateTimeField(default=clock.now)
    checked_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    advanced_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = ImportQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["-created_at", "id"]), models.Index(fields=["state", "advanced_at"])]

    def __str__(self) -> str:
        return f"{self.key} {self.source}"

    @property
    def reach_path(self) -> str | None:
        """The department's path; none where systems go to the top of the organisation."""
        return self.department.path if self.department else None

    @property
    def is_open(self) -> bool:
        """Tell whether it may still be arranged."""
        return self.state in (ImportState.PREPARING, ImportState.CHECKED)

    @property
    def is_under_way(self) -> bool:
        """Tell whether a worker has it, or will have it."""
        return self.state in (ImportState.WAITING, ImportState.RUNNING)

    def may_be_run_by(self, person: Any) -> bool:
        """Tell whether the person may import where this one goes."""
        return holds_on(person, Permission.INVENTORY_IMPORT_RUN, self)


class ImportRowQuerySet(models.QuerySet["ImportRow"]):
    """Rows with named filters."""

    def visible_to(self, person: Any) -> ImportRowQuerySet:
        """Return the rows of imports that the person may see."""
        return self.filter(batch__in=Import.objects.visible_to(person))

    def possible_duplicates(self) -> ImportRowQuerySet:
        """Keep created rows whose likely match nobody has decided on."""
        return self.filter(outcome=Outcome.CREATED, match__isnull=False, decision=MatchDecision.OPEN)


class ImportRow(models.Model):
    """One row of the file: the source's own cells, what the check foresaw, and what became of it."""

    id = models.BigAutoField(primary_key=True)
    batch = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="lines")
    row_number = models.PositiveIntegerField()
    cells = models.JSONField(default=list)
    name = models.CharField(max_length=250, blank=True)
    identity = models.CharField(max_length=300, blank=True)
    organisation = models.CharField(max_length=200, blank=True)
    unit = models.CharField(max_length=410, blank=True)
    planned = models.CharField(max_length=10, choices=Outcome, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    reasons = models.JSONField(default=list)
    columns = ArrayField(models.TextField(), default=list, help_text="Headers that reasons are about.")
    problem = models.BooleanField(default=False, help_text="There is a reason that is more than a note.")
    duplicate_of = models.PositiveIntegerField(null=True, blank=True)
    match = models.ForeignKey(AISystem, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    likeness = models.PositiveSmallIntegerField(null=True, blank=True)
    decision = models.CharField(max_length=4, choices=MatchDecision, blank=True, default=MatchDecision.OPEN)
    system = models.ForeignKey(AISystem, on_delete=models.PROTECT, null=True, blank=True, related_name="import_rows")

    objects = ImportRowQuerySet.as_manager()

    class Meta:
        ordering = ["row_number"]
        constraints = [models.UniqueConstraint(fields=["batch", "row_number"], name="inventory_import_row_once")]
        indexes = [models.Index(fields=["batch", "outcome"]), models.Index(fields=["batch", "planned"])]

    def __str__(self) -> str:
        return f"{self.row_number} {self.name}"

    @property
    def result(self) -> str:
        """What became of the row, or what the check foresees."""
        return self.outcome or self.planned

    def get_result_display(self) -> str:
        """Return the result in words."""
        return str(Outcome(self.result).label) if self.result else ""
