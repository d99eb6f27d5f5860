"""Access to data: requests, grants that end, campaigns that ask again."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, Func, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Department, Person, ServiceIdentity
from apps.accounts.reach import holds, reach
from apps.inventory.models import AISystem, UseCase
from apps.kernel import clock, narrowing
from apps.kernel.identifiers import uuid7
from apps.kernel.permissions import Permission

from .choices import DataAction, FailMode, RequestStatus, SubjectKind
from .datasets import Dataset
from .processing import ProcessingActivity

ONE_SUBJECT = (
    Q(subject_kind="person", person__isnull=False, system=None, service=None)
    | Q(subject_kind="system", person=None, system__isnull=False, service=None)
    | Q(subject_kind="service", person=None, system=None, service__isnull=False)
)


class _OneOf(Func):
    """True where a column is one of the keys that a query finds; read once, so that the column's index is used.

    An OR of subqueries would have the database look at every grant there is.
    """

    output_field = models.BooleanField()
    conditional = True
    template = "(%(expressions)s)"
    arg_joiner = " = ANY "

    def __init__(self, column: str, rows: Any) -> None:
        keys = ArraySubquery(rows.order_by().values("pk"))
        keys.template = "(ARRAY(%(subquery)s))"
        super().__init__(F(column), keys)


def concerning(person: Any) -> Q:
    """Return the condition of rows about a person, their systems and services."""
    systems = AISystem.objects.filter(Q(owner_id=person.pk) | Q(deputy_id=person.pk))
    services = ServiceIdentity.objects.filter(owner_id=person.pk)
    return Q(person_id=person.pk) | Q(_OneOf("system_id", systems)) | Q(_OneOf("service_id", services))


def on_own_data(person: Any) -> Q:
    """Return the condition of rows on data that a person answers for as owner or steward."""
    mine = Q(owner_id=person.pk) | Q(steward_id=person.pk)
    return Q(_OneOf("dataset_id", Dataset.objects.filter(mine)))


def _theirs(person: Any) -> Q:
    """Return the condition of rows about a person, their systems, or datasets they answer for or reach."""
    answered = Q(owner_id=person.pk) | Q(steward_id=person.pk)
    if _reaches_far(person):
        reached = Dataset.objects.filter(answered | reach(person, Permission.CATALOG_ACCESS_VIEW)).values("pk")
        return concerning(person) | Q(dataset__in=reached)
    if holds(person, Permission.CATALOG_ACCESS_VIEW):
        answered |= reach(person, Permission.CATALOG_ACCESS_VIEW)
    return concerning(person) | Q(_OneOf("dataset_id", Dataset.objects.filter(answered)))


def _reaches_far(person: Any) -> bool:
    """Tell whether a person reaches (nearly) all data: then looking at each row in its order is the shorter way."""

    def find() -> bool:
        return Department.objects.filter(reach(person, Permission.CATALOG_ACCESS_VIEW, "pk"), parent=None).exists()

    return holds(person, Permission.CATALOG_ACCESS_VIEW) and narrowing.once(person, "reaches all grants", find)


class AccessTerms(models.Model):
    """What is asked for, and what is granted: who may do what with which fields, for what, how often, how long."""

    subject_kind = models.CharField(_("for"), max_length=8, choices=SubjectKind)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    system = models.ForeignKey(AISystem, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    service = models.ForeignKey(ServiceIdentity, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="+")
    fields = ArrayField(
        models.CharField(max_length=500), default=list, blank=True, help_text=_("Paths; empty: the whole dataset.")
    )
    actions = ArrayField(models.CharField(max_length=8, choices=DataAction), default=list)
    use_case = models.ForeignKey(UseCase, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    activity = models.ForeignKey(ProcessingActivity, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    purpose = models.CharField(_("purpose"), max_length=60, help_text=_("Short name, as in the processing register."))
    purpose_details = models.TextField(_("what for, in words"))
    region = models.CharField(_("used in region"), max_length=40, blank=True)
    rate_per_hour = models.PositiveIntegerField(_("uses an hour"), null=True, blank=True)
    fail_mode = models.CharField(_("without the portal"), max_length=10, choices=FailMode, default=FailMode.CLOSED)

    class Meta:
        abstract = True

    @property
    def subject(self) -> Any:
        """The person, system or service."""
        return self.person or self.system or self.service


class AccessRequestQuerySet(models.QuerySet["AccessRequest"]):
    """Requests with named filters."""

    def visible_to(self, person: Any) -> AccessRequestQuerySet:
        """Return a person's own requests, those for their systems, and those on data they answer for or reach."""
        if not getattr(person, "is_active", False):
            return self.none()
        return self.filter(Q(requester_id=person.pk) | _theirs(person))

    def waiting(self) -> AccessRequestQuerySet:
        """Keep those that wait for somebody's decision."""
        return self.filter(status__in=[RequestStatus.WAITING, RequestStatus.SECOND])


class AccessRequest(AccessTerms):
    """Somebody asks for access to a dataset."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.CharField(max_length=20, unique=True)
    requester = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="access_requests")
    requested_at = models.DateTimeField(default=clock.now)
    days = models.PositiveIntegerField(_("for how many days"))
    status = models.CharField(_("status"), max_length=10, choices=RequestStatus, default=RequestStatus.WAITING)
    level_seen = models.CharField(max_length=12, blank=True, help_text="The dataset's level when it was decided.")
    decided_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_reason = models.TextField(blank=True)
    second_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    second_at = models.DateTimeField(null=True, blank=True)
    second_reason = models.TextField(blank=True)
    renews = models.ForeignKey(
        "catalog.DataGrant",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="renewals",
        help_text="The grant that it would carry on.",
    )

    objects = AccessRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("access request")
        ordering = ["-requested_at"]
        indexes = [models.Index(fields=["status", "requested_at"]), models.Index(fields=["dataset", "status"])]
        constraints = [
            models.CheckConstraint(condition=ONE_SUBJECT, name="catalog_request_one_subject"),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("requester")), name="catalog_request_not_own"
            ),
            models.CheckConstraint(
                condition=Q(second_by=None) | (~Q(second_by=F("decided_by")) & ~Q(second_by=F("requester"))),
                name="catalog_request_four_eyes",
            ),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def reach_path(self) -> str | None:
        """The path of the dataset's department."""
        return self.dataset.reach_path


class DataGrantQuerySet(models.QuerySet["DataGrant"]):
    """Grants with named filters."""

    def visible_to(self, person: Any) -> DataGrantQuerySet:
        """Return grants of a person and their systems, and those on data they answer for or reach."""
        if not getattr(person, "is_active", False):
            return self.none()
        return self.filter(_theirs(person))

    def standing(self) -> DataGrantQuerySet:
        """Keep those that allow anything at this moment."""
        now = clock.now()
        return self.filter(revoked_at=None, held_back_at=None, valid_from__lte=now, valid_until__gt=now)


class DataGrant(AccessTerms):
    """Permission of a person, system or service on data: for a purpose, bounded, and ending."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.CharField(max_length=20, unique=True)
    request = models.ForeignKey(AccessRequest, on_delete=models.PROTECT, related_name="grants")
    level_granted = models.CharField(max_length=12, help_text="What the dataset was when it was decided.")
    valid_from = models.DateTimeField(default=clock.now)
    valid_until = models.DateTimeField()
    held_back_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text="The data rose above what was granted: nothing is allowed until it is decided anew.",
    )
    held_back_reason = models.TextField(blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    revoked_reason = models.TextField(blank=True)
    recertified_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now)

    objects = DataGrantQuerySet.as_manager()

    class Meta:
        verbose_name = _("data grant")
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["dataset", "person"]),
            models.Index(fields=["dataset", "system"]),
            models.Index(fields=["dataset", "service"]),
            models.Index(fields=["person"]),
            models.Index(fields=["system"]),
            models.Index(fields=["service"]),
            models.Index(fields=["valid_until"]),
        ]
        constraints = [
            models.CheckConstraint(condition=ONE_SUBJECT, name="catalog_grant_one_subject"),
            models.CheckConstraint(condition=Q(valid_until__gt=F("valid_from")), name="catalog_grant_ends"),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def reach_path(self) -> str | None:
        """The path of the dataset's department."""
        return self.dataset.reach_path

    @property
    def state(self) -> str:
        """How it stands now: valid, held_back, revoked, expired or ahead."""
        now = clock.now()
        if self.revoked_at:
            return "revoked"
        if self.valid_until <= now:
            return "expired"
        if self.held_back_at:
            return "held_back"
        return "ahead" if self.valid_from > now else "valid"


class GrantSpell(models.Model):
    """A stretch of time that is over, in which a grant was held back or covered other fields than it does now.

    Reads are reported late: they are judged by what the grant was when they happened. Append-only.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    grant = models.ForeignKey(DataGrant, on_delete=models.PROTECT, related_name="spells")
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    held_back = models.BooleanField()
    fields = ArrayField(
        models.CharField(max_length=500),
        default=list,
        blank=True,
        help_text="What it covered, unless it was held back.",
    )

    class Meta:
        ordering = ["began_at"]

    def __str__(self) -> str:
        return f"{self.grant_id} from {self.began_at} to {self.ended_at}"


class CampaignQuerySet(models.QuerySet["Campaign"]):
    """Campaigns with named filters."""

    def visible_to(self, person: Any) -> CampaignQuerySet:
        """Return the campaigns that a person started or runs, and those with a grant that a person may see."""
        if not getattr(person, "is_active", False):
            return self.none()
        items = CampaignItem.objects.visible_to(person).filter(campaign_id=OuterRef("pk"))
        return self.filter(Q(started_by_id=person.pk) | Exists(items))

    def under_way(self) -> CampaignQuerySet:
        """Keep those that are not closed."""
        return self.filter(closed_at=None)


class Campaign(models.Model):
    """A round in which every grant of a scope is asked about again: kept or revoked, by its steward."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.CharField(max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=200)
    scope = models.JSONField(default=dict, help_text="levels, platforms, departments that it covers.")
    due_on = models.DateField(_("due on"))
    started_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField(default=clock.now)
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = CampaignQuerySet.as_manager()

    class Meta:
        verbose_name = _("recertification campaign")
        ordering = ["-started_at"]

    def __str__(self) -> str:
        return f"{self.key} {self.name}"


class CampaignItemQuerySet(models.QuerySet["CampaignItem"]):
    """Items of campaigns with named filters."""

    def visible_to(self, person: Any) -> CampaignItemQuerySet:
        """Return the items about grants that a person may see."""
        return self.filter(grant__in=narrowing.keys_visible(person, DataGrant))


class CampaignItem(models.Model):
    """One grant in a campaign, and what its steward said of it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="items")
    grant = models.ForeignKey(DataGrant, on_delete=models.PROTECT, related_name="campaign_items")
    keep = models.BooleanField(null=True, blank=True)
    reason = models.TextField(blank=True)
    decided_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    objects = CampaignItemQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["campaign", "grant"], name="catalog_campaign_item")]

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.grant_id}"
