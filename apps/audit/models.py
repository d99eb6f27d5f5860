"""The ledger's tables. Entries are written by database functions only (see migration 0001); nobody edits them."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.kernel import authorisation, subjects
from apps.kernel.permissions import Permission


class EntryKind(models.TextChoices):
    """What an entry tells of."""

    ACCESS = "access", "access"
    CHANGE = "change", "change"
    OPERATION = "operation", "operation"


class EntryQuerySet(models.QuerySet["Entry"]):
    """Entries with named filters."""

    def visible_to(self, person: Any) -> EntryQuerySet:
        """Return the entries that a person may read.

        Who may read the ledger everywhere reads all of it; who may read it in a part of the organisation reads what is
        about records they may see, one subquery for each registered type. Unknown types are hidden.
        """
        if not getattr(person, "is_active", False) or not hasattr(person, "as_actor"):
            return self.none()
        actor = person.as_actor()
        if authorisation.decide(actor, Permission.AUDIT_ENTRY_VIEW, Everywhere()):
            return self.all()
        if not authorisation.holds(actor, Permission.AUDIT_ENTRY_VIEW):
            return self.none()
        return subjects.narrowed(self, person)

    def about(self, subject_type: str, subject_id: str) -> EntryQuerySet:
        """Return the trail of one record."""
        return self.filter(subject_type=subject_type, subject_id=subject_id)

    def by(self, actor_id: str) -> EntryQuerySet:
        """Return what one person, service or part of the portal did."""
        return self.filter(actor_id=actor_id)


class Everywhere:
    """The whole enterprise as something that a permission may be held on."""

    reach_path = ""


class Entry(models.Model):
    """One line of the ledger: an operation, a change of one governed row, or an access.

    There are no foreign keys: entries outlive what they describe. Personal text stands here as a salted commitment
    only; the text itself is in `PersonalText`, which may be erased.
    """

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=9, choices=EntryKind)
    event = models.CharField(max_length=80)
    subject_type = models.CharField(max_length=80)
    subject_id = models.CharField(max_length=64)
    actor_kind = models.CharField(max_length=12)
    actor_id = models.CharField(max_length=120)
    changes = models.JSONField(default=dict, help_text="Field to [before, after], as text; null where there was none.")
    details = models.JSONField(default=dict, help_text="Further facts, text to text.")
    reason_commitment = models.CharField(max_length=64)
    correlation_id = models.CharField(max_length=40)
    origin = models.CharField(max_length=12)
    request_key = models.CharField(max_length=200, null=True, unique=True)  # noqa: DJ001 - null is "no key"
    database_user = models.CharField(max_length=63)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())
    cluster = models.CharField(max_length=24)
    xid = models.BigIntegerField()

    objects = EntryQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "-id"], name="audit_entry_subject"),
            models.Index(fields=["actor_id", "-id"], name="audit_entry_actor"),
            models.Index(fields=["event", "-id"], name="audit_entry_event"),
            models.Index(fields=["correlation_id"], name="audit_entry_correlation"),
            models.Index(fields=["cluster", "xid", "id"], name="audit_entry_sealing"),
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.event}"


class PersonalText(models.Model):
    """The erasable side of an entry: text with the salt of its commitment."""

    id = models.BigAutoField(primary_key=True)
    entry_id = models.BigIntegerField(db_index=True)
    field = models.CharField(max_length=80, help_text='"reason", or "field:before" and "field:after".')
    salt = models.CharField(max_length=64)
    text = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entry_id", "field"], name="audit_personal_text_once")]

    def __str__(self) -> str:
        return f"{self.entry_id} {self.field}"


class OutboxMessage(models.Model):
    """A task that a committed transaction asked for; the scheduler relays it to the queue."""

    id = models.BigAutoField(primary_key=True)
    task = models.CharField(max_length=120)
    payload = models.JSONField(default=dict)
    correlation_id = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    available_at = models.DateTimeField(db_default=Now())
    relayed_at = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(
                fields=["available_at", "id"], name="audit_outbox_waiting", condition=models.Q(relayed_at=None)
            )
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.task}"


class Installation(models.Model):
    """What this database was created as; one row, written by the owner at creation, never changed."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    demo = models.BooleanField(default=False, help_text="Whether the demo clock is honoured here.")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="audit_installation_once")]

    def __str__(self) -> str:
        return "demo" if self.demo else "in earnest"


class Leaf(models.Model):
    """The place of an entry in the sealed order, with its hash. Written by the database's sealing function only."""

    position = models.BigIntegerField(primary_key=True)
    entry_id = models.BigIntegerField(unique=True)
    leaf_hash = models.BinaryField()

    def __str__(self) -> str:
        return f"{self.position}: {self.entry_id}"


class SubtreeRoot(models.Model):
    """The hash of a complete subtree over 256, 65,536, … leaves, kept so that proofs need not read every leaf."""

    level = models.SmallIntegerField()
    index = models.BigIntegerField()
    node_hash = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["level", "index"], name="audit_subtree_root_once")]

    def __str__(self) -> str:
        return f"{self.level}/{self.index}"


class Checkpoint(models.Model):
    """A signed statement of the ledger's size and root; the same note also goes to the sinks outside."""

    size = models.BigIntegerField(unique=True)
    root = models.BinaryField()
    frontier = models.BinaryField(help_text="The nodes at the right edge, from which the next leaves go on.")
    note = models.TextField()
    sealed_at = models.DateTimeField()

    class Meta:
        get_latest_by = "size"

    def __str__(self) -> str:
        return f"{self.size} sealed"


class SealedUpTo(models.Model):
    """How far the entries of a database cluster are sealed, in the order of transaction and entry."""

    cluster = models.CharField(primary_key=True, max_length=24)
    xid = models.BigIntegerField()
    entry_id = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.cluster}: {self.xid}/{self.entry_id}"


class VerificationState(models.TextChoices):
    """How a verification stands."""

    WAITING = "waiting", _("Waiting")
    CLEAN = "clean", _("Verified")
    WRONG = "wrong", _("Does not verify")
    FAILED = "failed", _("Could not be finished")


class Verification(models.Model):
    """One run over the whole ledger, asked for by a person, the schedule or the command line."""

    requested_by_id = models.CharField(max_length=120)
    requested_by_label = models.CharField(max_length=200)
    requested_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=VerificationState, default=VerificationState.WAITING)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)
    report = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["-requested_at"], name="audit_verification_newest")]

    def __str__(self) -> str:
        return f"{self.pk} {self.state}"
