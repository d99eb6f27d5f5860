"""What should run where, what was seen running, and how to get back."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Person, ServiceIdentity
from apps.inventory.models import AISystem, Authorisation, Release
from apps.kernel import clock, narrowing
from apps.kernel.identifiers import uuid7

from .choices import Environment, RollbackKind, RollbackState, Side


class Period(Func):
    """The time from `valid_from` until `valid_until`; without an end it is open."""

    function = "tstzrange"
    output_field = models.TextField()


class OfSystemQuerySet(models.QuerySet[Any]):
    """Rows about a system, with named filters."""

    def visible_to(self, person: Any) -> Any:
        """Return those of systems a person may see."""
        return self.filter(system__in=narrowing.keys_visible(person, AISystem))


class DeploymentQuerySet(OfSystemQuerySet):
    """Deployments with named filters."""

    def at(self, moment: Any) -> Any:
        """Return those that held at a moment."""
        return self.filter(Q(valid_until=None) | Q(valid_until__gt=moment), valid_from__lte=moment)

    def standing(self) -> Any:
        """Return those without an end."""
        return self.filter(valid_until=None)


class Deployment(models.Model):
    """A release in an environment and region from-until: as it should be (desired), or as it was seen (observed).

    The database excludes overlaps per system, environment, region and side. A trigger refuses a desired one in pilot or
    production that no valid authorisation of its release stands behind (or an emergency rollback), and every UPDATE but
    of the end. What is observed is recorded whatever it is.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.CharField(max_length=20, unique=True)
    system = models.ForeignKey(AISystem, on_delete=models.PROTECT, related_name="deployments")
    environment = models.CharField(_("environment"), max_length=12, choices=Environment)
    region = models.CharField(_("region"), max_length=40)
    side = models.CharField(max_length=8, choices=Side)
    release = models.ForeignKey(
        Release, on_delete=models.PROTECT, null=True, blank=True, related_name="deployments",
        help_text="Empty: something was seen running that is no release of ours.",
    )  # fmt: skip
    observed_label = models.CharField(max_length=300, blank=True, help_text="What the observer called it.")
    authorisation = models.ForeignKey(
        Authorisation, on_delete=models.PROTECT, null=True, blank=True, related_name="deployments"
    )
    rollback = models.ForeignKey(
        "registry.Rollback", on_delete=models.PROTECT, null=True, blank=True, related_name="deployments"
    )
    valid_from = models.DateTimeField(default=clock.now)
    valid_until = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(blank=True)
    source = models.CharField(max_length=120, blank=True, help_text="portal, pipeline, or who observed it.")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    service = models.ForeignKey(ServiceIdentity, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    recorded_at = models.DateTimeField(default=clock.now)

    objects = DeploymentQuerySet.as_manager()

    class Meta:
        verbose_name = _("deployment")
        ordering = ["-valid_from", "-id"]
        indexes = [
            models.Index(fields=["system", "environment", "region", "side", "-valid_from"]),
            models.Index(fields=["release", "side"]),
            models.Index(
                fields=["environment", "side"], condition=Q(valid_until=None), name="registry_deploy_standing"
            ),
            models.Index(fields=["-valid_from", "id"]),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gt=F("valid_from")), name="registry_deployment_period"
            ),
            models.CheckConstraint(
                condition=Q(side="observed") | Q(release__isnull=False), name="registry_deployment_of_release"
            ),
            ExclusionConstraint(
                name="registry_deployment_no_overlap",
                expressions=[
                    ("system", RangeOperators.EQUAL),
                    ("environment", RangeOperators.EQUAL),
                    ("region", RangeOperators.EQUAL),
                    ("side", RangeOperators.EQUAL),
                    (Period("valid_from", "valid_until", RangeBoundary()), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.get_environment_display()} {self.region}"

    @property
    def reach_path(self) -> str:
        """The department's path of the system."""
        return self.system.reach_path


class Rollback(models.Model):
    """One return to an earlier release: by which right, how fast, and what was said of it afterwards."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.CharField(max_length=20, unique=True)
    system = models.ForeignKey(AISystem, on_delete=models.PROTECT, related_name="rollbacks")
    environment = models.CharField(max_length=12, choices=Environment)
    region = models.CharField(max_length=40)
    kind = models.CharField(max_length=12, choices=RollbackKind)
    state = models.CharField(max_length=10, choices=RollbackState)
    from_release = models.ForeignKey(Release, on_delete=models.PROTECT, null=True, related_name="rolled_back_from")
    to_release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="rolled_back_to")
    reason = models.TextField(_("reason"))
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    asked_by_service = models.ForeignKey(ServiceIdentity, on_delete=models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField(default=clock.now)
    second_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    second_at = models.DateTimeField(null=True, blank=True)
    second_reason = models.TextField(blank=True)
    ordered_at = models.DateTimeField(null=True, blank=True)
    observed_at = models.DateTimeField(null=True, blank=True)
    reviewed_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    reviewed_at = models.DateTimeField(null=True, blank=True)
    review = models.TextField(_("what was learned"), blank=True)
    drill_steps = models.JSONField(default=list, help_text="Drills: each step with its milliseconds.")

    objects = OfSystemQuerySet.as_manager()

    class Meta:
        verbose_name = _("rollback")
        ordering = ["-asked_at", "-id"]
        indexes = [models.Index(fields=["state", "-asked_at"]), models.Index(fields=["system", "-asked_at"])]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="registry_rollback_reasoned"),
            models.CheckConstraint(
                condition=Q(second_by=None) | Q(asked_by=None) | ~Q(second_by=F("asked_by")),
                name="registry_rollback_two_people",
            ),
            models.CheckConstraint(
                condition=Q(reviewed_by=None) | Q(asked_by=None) | ~Q(reviewed_by=F("asked_by")),
                name="registry_rollback_reviewed_by_another",
            ),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def reach_path(self) -> str:
        """The department's path of the system."""
        return self.system.reach_path


class DeploymentPermit(models.Model):
    """A signed, expiring statement that a release may run somewhere; the text itself is not kept, its digest is."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.CharField(max_length=20, unique=True)
    system = models.ForeignKey(AISystem, on_delete=models.PROTECT, related_name="permits")
    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="permits")
    authorisation = models.ForeignKey(Authorisation, on_delete=models.PROTECT, related_name="permits")
    environment = models.CharField(max_length=12, choices=Environment)
    region = models.CharField(max_length=40, blank=True)
    subjects = models.JSONField(default=list, help_text="The digests that may be admitted: artefacts and images.")
    issued_to_kind = models.CharField(max_length=12)
    issued_to = models.CharField(max_length=120)
    issued_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()
    digest = models.CharField(max_length=64, help_text="SHA-256 of the signed text.")
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    revoked_reason = models.TextField(blank=True)

    objects = OfSystemQuerySet.as_manager()

    class Meta:
        verbose_name = _("deployment permit")
        ordering = ["-issued_at", "-id"]
        indexes = [models.Index(fields=["system", "-issued_at"]), models.Index(fields=["expires_at"])]
        constraints = [models.CheckConstraint(condition=Q(expires_at__gt=F("issued_at")), name="registry_permit_ends")]

    def __str__(self) -> str:
        return self.key

    @property
    def reach_path(self) -> str:
        """The department's path of the system."""
        return self.system.reach_path
