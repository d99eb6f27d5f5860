"""The access log: every decision and every reported read, append-only, and the seals over them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Person
from apps.accounts.reach import reach
from apps.kernel import clock
from apps.kernel.identifiers import uuid7
from apps.kernel.permissions import Permission

from .choices import DataAction, SubjectKind
from .datasets import Dataset


class AccessKind(models.TextChoices):
    """What a record is about."""

    DECISION = "decision", _("Decision")
    READ = "read", _("Reported read")
    CALL = "call", _("Call of a model")


class AccessOutcome(models.TextChoices):
    """How it ended."""

    ALLOWED = "allowed", _("Allowed")
    DENIED = "denied", _("Refused")
    NO_GRANT = "no_grant", _("Read without a grant")


class AccessRecordQuerySet(models.QuerySet["AccessRecord"]):
    """Records with named filters."""

    def visible_to(self, person: Any) -> AccessRecordQuerySet:
        """Return records about a person, and those on data they answer for or whose log their role lets them see."""
        if not getattr(person, "is_active", False):
            return self.none()
        mine = Q(subject_kind=SubjectKind.PERSON, subject_id=person.pk)
        answered = Dataset.objects.filter(Q(owner_id=person.pk) | Q(steward_id=person.pk)).values("pk")
        seen = reach(person, Permission.CATALOG_ACCESS_VIEW_LOG, "dataset__department")
        return self.filter(mine | Q(dataset__in=answered) | seen)

    def within(self, month: str) -> AccessRecordQuerySet:
        """Keep those of a month such as 2026-11."""
        first = datetime.strptime(month, "%Y-%m").replace(tzinfo=UTC)
        following = first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)
        return self.filter(at__gte=first, at__lt=following)

    def with_names(self) -> AccessRecordQuerySet:
        """Name the people, whose names the log itself does not hold."""
        names = Person.objects.filter(pk=OuterRef("subject_id")).values("name")[:1]
        return self.annotate(person_name=Subquery(names))


class AccessRecord(models.Model):
    """A decision that was given, or a read that was reported; made by the runtime, never changed.

    The table lies in parts of a month (sql/accesslog.sql). People are named by id only: their names are looked up.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    seq = models.BigIntegerField(db_default=Func(models.Value("catalog_accessrecord_seq"), function="nextval"))
    at = models.DateTimeField(_("at"), default=clock.now)
    recorded_at = models.DateTimeField(db_default=Func(function="clock_timestamp"))
    kind = models.CharField(_("kind"), max_length=8, choices=AccessKind)
    caller_kind = models.CharField(max_length=12)
    caller_id = models.CharField(max_length=120)
    subject_kind = models.CharField(max_length=8, choices=SubjectKind)
    subject_id = models.UUIDField(null=True)
    subject_label = models.CharField(max_length=400, blank=True)
    dataset = models.ForeignKey(
        Dataset, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, null=True, related_name="+"
    )
    dataset_label = models.CharField(max_length=400, blank=True)
    fields = ArrayField(models.CharField(max_length=500), default=list, blank=True)
    action = models.CharField(_("action"), max_length=8, choices=[*DataAction.choices, ("invoke", _("Call"))])
    purpose = models.CharField(_("purpose"), max_length=1600, blank=True)
    use_case = models.CharField(max_length=1600, blank=True)
    region = models.CharField(max_length=1600, blank=True)
    outcome = models.CharField(_("outcome"), max_length=10, choices=AccessOutcome)
    rule = models.CharField(_("rule"), max_length=12, blank=True)
    grant_key = models.CharField(_("grant"), max_length=20, blank=True)
    request_id = models.CharField(max_length=200, blank=True)
    report_id = models.UUIDField(null=True)
    cluster = models.CharField(max_length=24, db_default=models.Value(""))
    xid = models.BigIntegerField(db_default=models.Value(0))

    objects = AccessRecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("access record")
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.subject_kind} {self.subject_label} {self.action} {self.outcome}"


class AccessLogBatch(models.Model):
    """A seal over records in the order of their transactions: how many, from where to where, and the root of their tree.

    It begins after the batch before it of the same cluster and ends with `last_xid`, `last_seq`.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.BigIntegerField(unique=True)
    cluster = models.CharField(max_length=24)
    first_xid = models.BigIntegerField()
    first_seq = models.BigIntegerField()
    last_xid = models.BigIntegerField()
    last_seq = models.BigIntegerField()
    count = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    sealed_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["number"]
        indexes = [models.Index(F("cluster"), F("number").desc(), name="catalog_access_batch_last")]

    def __str__(self) -> str:
        return f"{self.number}: {self.count} records"
