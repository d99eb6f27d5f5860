"""Datasets and their fields: the centre of the catalog."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Department, Person
from apps.accounts.reach import holds, reach
from apps.inventory.models import AISystem, UseCase
from apps.kernel import clock
from apps.kernel.identifiers import uuid7
from apps.kernel.permissions import Permission

from .choices import Category, Criticality, DataAction, Level, Standing
from .glossary import GlossaryTerm, MasterEntity
from .platforms import Container, Platform

OPEN_LEVELS = (Level.PUBLIC, Level.INTERNAL, Level.CONFIDENTIAL)


class DatasetQuerySet(models.QuerySet["Dataset"]):
    """Datasets with named filters."""

    def visible_to(self, person: Any) -> DatasetQuerySet:
        """Return what a person may know of: that a dataset exists and what it holds, never its content.

        Everybody who may browse sees what is classified below restricted; restricted and unclassified ones are known to
        those in reach, to their owner and steward, to those who hold a grant, and to whoever answers for a system that
        holds one or works with them.
        """
        from .access import DataGrant

        if not getattr(person, "is_active", False):
            return self.none()
        own = Q(owner_id=person.pk) | Q(steward_id=person.pk)
        theirs = Q(system__owner_id=person.pk) | Q(system__deputy_id=person.pk)
        granted = DataGrant.objects.filter(Q(person_id=person.pk) | theirs, dataset_id=OuterRef("pk")).standing()
        used = DatasetUse.objects.filter(theirs, dataset_id=OuterRef("pk"), ended_at=None)
        seen = own | Q(Exists(granted)) | Q(Exists(used)) | reach(person, Permission.CATALOG_DATASET_VIEW)
        if holds(person, Permission.CATALOG_DATASET_BROWSE):
            seen |= Q(level__in=OPEN_LEVELS)
        return self.filter(seen)

    def current(self) -> DatasetQuerySet:
        """Leave out what was dropped."""
        return self.filter(dropped_at=None)


class Dataset(models.Model):
    """A collection of data, published or kept as one (DCAT 3), known to tools by namespace and name."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.CharField(max_length=20, unique=True)
    platform = models.ForeignKey(Platform, on_delete=models.PROTECT, related_name="datasets")
    container = models.ForeignKey(Container, on_delete=models.PROTECT, null=True, blank=True, related_name="datasets")
    namespace = models.CharField(_("namespace"), max_length=500)
    name = models.CharField(_("name in its platform"), max_length=1000)
    title = models.CharField(_("title"), max_length=250)
    description = models.TextField(_("description"), blank=True)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, null=True, blank=True, related_name="datasets")
    owner = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="owned_datasets")
    steward = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="stewarded_datasets"
    )
    region = models.CharField(_("region"), max_length=40, blank=True, help_text=_("Empty: the platform's."))
    criticality = models.CharField(_("criticality"), max_length=10, choices=Criticality, blank=True)
    standing = models.CharField(_("standing"), max_length=10, choices=Standing, default=Standing.DECLARED)
    dropped_at = models.DateTimeField(_("dropped"), null=True, blank=True)
    tags = ArrayField(models.CharField(max_length=120), default=list, blank=True)

    # What counts: the highest of its fields, or what was said of the whole; empty is unclassified and counts as restricted.
    level = models.CharField(_("level"), max_length=12, choices=Level, blank=True)
    categories = ArrayField(models.CharField(max_length=20, choices=Category), default=list, blank=True)
    declared_level = models.CharField(max_length=12, choices=Level, blank=True, help_text="Said of the whole dataset.")
    declared_categories = ArrayField(models.CharField(max_length=20, choices=Category), default=list, blank=True)
    declared_reason = models.TextField(blank=True)
    classified_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    classified_at = models.DateTimeField(null=True, blank=True)
    # A far fall waits for a second person; until then what counted before counts on.
    falling_since = models.DateTimeField(null=True, blank=True)
    falling_level = models.CharField(max_length=12, choices=Level, blank=True)
    falling_categories = ArrayField(models.CharField(max_length=20, choices=Category), default=list, blank=True)
    falling_by = ArrayField(models.UUIDField(), default=list, blank=True, help_text="Everybody who brought it about.")

    master_entity = models.ForeignKey(
        MasterEntity, on_delete=models.PROTECT, null=True, blank=True, related_name="datasets"
    )
    terms = models.ManyToManyField(GlossaryTerm, through="DatasetTerm", related_name="datasets")

    # Freshness: the promise, and the last load that anybody saw.
    fresh_within_minutes = models.PositiveIntegerField(_("fresh within (minutes)"), null=True, blank=True)
    last_loaded_at = models.DateTimeField(null=True, blank=True)
    row_count = models.BigIntegerField(null=True, blank=True)
    counted_as_of = models.DateTimeField(null=True, blank=True, help_text="The moment of the newest count of rows.")
    schema_as_of = models.DateTimeField(
        null=True,
        blank=True,
        help_text="The moment of the newest schema that was taken over; older ones change nothing.",
    )
    described_as_of = models.DateTimeField(
        null=True, blank=True, help_text="The moment of the newest description that a tool gave."
    )
    access_version = models.BigIntegerField(
        default=1, help_text="Raised by triggers with every change that a decision about access depends on."
    )
    version = models.PositiveIntegerField(default=1, help_text="For compare-and-set by the edit form.")
    search_text = models.TextField(blank=True, editable=False, help_text="Kept by a trigger, in lower case.")
    created_at = models.DateTimeField(default=clock.now)
    updated_at = models.DateTimeField(default=clock.now)

    objects = DatasetQuerySet.as_manager()

    class Meta:
        verbose_name = _("dataset")
        ordering = ["key"]
        constraints = [models.UniqueConstraint(fields=["namespace", "name"], name="catalog_dataset_name")]
        indexes = [
            models.Index(fields=["title", "id"]),
            models.Index(fields=["level", "key"]),
            models.Index(fields=["platform", "key"]),
            models.Index(fields=["department", "key"]),
            models.Index(fields=["steward"]),
            models.Index(fields=["-updated_at", "id"]),
            GinIndex(OpClass("search_text", name="gin_trgm_ops"), name="catalog_dataset_search"),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.title}"

    @property
    def reach_path(self) -> str | None:
        """The department's path; None takes somebody whose role holds everywhere."""
        return self.department.path if self.department else None

    @property
    def effective_level(self) -> str:
        """The level that counts: unclassified is as good as restricted."""
        return self.level or Level.RESTRICTED

    @property
    def effective_region(self) -> str:
        """Its own region, else its platform's."""
        return self.region or self.platform.region

    def is_responsible(self, person_id: Any) -> bool:
        """Tell whether somebody answers for the dataset as owner or steward."""
        return str(person_id) in {str(self.owner_id), str(self.steward_id)}


class DatasetName(models.Model):
    """Another name under which tools know a dataset (OpenLineage symlinks)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="other_names")
    namespace = models.CharField(max_length=500)
    name = models.CharField(max_length=1000)
    kind = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["namespace", "name"], name="catalog_other_name")]

    def __str__(self) -> str:
        return f"{self.namespace} {self.name}"


class Field(models.Model):
    """A column or element of a dataset; nested ones by their path (address.city)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="fields")
    path = models.CharField(_("field"), max_length=500)
    position = models.PositiveIntegerField(default=0)
    data_type = models.CharField(_("type"), max_length=200, blank=True)
    description = models.TextField(_("description"), blank=True)
    nullable = models.BooleanField(null=True, blank=True)
    primary_key = models.BooleanField(default=False)
    tags = ArrayField(models.CharField(max_length=120), default=list, blank=True)
    absent_since = models.DateTimeField(null=True, blank=True, help_text="No longer in the newest schema.")

    # What counts: confirmed by a person, else the highest of what was suggested and what lineage carries here.
    level = models.CharField(_("level"), max_length=12, choices=Level, blank=True)
    categories = ArrayField(models.CharField(max_length=20, choices=Category), default=list, blank=True)
    confirmed_level = models.CharField(max_length=12, choices=Level, blank=True)
    confirmed_categories = ArrayField(models.CharField(max_length=20, choices=Category), default=list, blank=True)
    confirmed_reason = models.TextField(blank=True)
    confirmed_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    suggested_level = models.CharField(max_length=12, choices=Level, blank=True)
    suggested_categories = ArrayField(models.CharField(max_length=20, choices=Category), default=list, blank=True)
    suggested_reason = models.TextField(blank=True)
    suggested_at = models.DateTimeField(null=True, blank=True)
    suggested_confidence = models.PositiveSmallIntegerField(default=0)
    suggested_rules = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    carried_level = models.CharField(max_length=12, choices=Level, blank=True, help_text="From upstream, by lineage.")
    carried_categories = ArrayField(models.CharField(max_length=20, choices=Category), default=list, blank=True)
    carried_reason = models.TextField(blank=True)
    carried_at = models.DateTimeField(null=True, blank=True)

    master_entity = models.ForeignKey(
        MasterEntity, on_delete=models.PROTECT, null=True, blank=True, related_name="fields"
    )
    terms = models.ManyToManyField(GlossaryTerm, through="FieldTerm", related_name="fields")

    class Meta:
        ordering = ["position", "path"]
        constraints = [models.UniqueConstraint(fields=["dataset", "path"], name="catalog_field_path")]
        indexes = [
            models.Index(fields=["dataset"], condition=Q(confirmed_level=""), name="catalog_field_unconfirmed"),
            GinIndex(OpClass(Lower("path"), name="gin_trgm_ops"), name="catalog_field_search"),
        ]

    def __str__(self) -> str:
        return self.path


class DatasetTerm(models.Model):
    """A dataset is about a glossary term."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="term_links")
    term = models.ForeignKey(GlossaryTerm, on_delete=models.PROTECT, related_name="dataset_links")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dataset", "term"], name="catalog_dataset_term")]

    def __str__(self) -> str:
        return f"{self.dataset_id} {self.term_id}"


class FieldTerm(models.Model):
    """A field holds what a glossary term means."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    field = models.ForeignKey(Field, on_delete=models.PROTECT, related_name="term_links")
    term = models.ForeignKey(GlossaryTerm, on_delete=models.PROTECT, related_name="field_links")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["field", "term"], name="catalog_field_term")]

    def __str__(self) -> str:
        return f"{self.field_id} {self.term_id}"


class DatasetUse(models.Model):
    """A system is declared to work with a dataset, for a use case."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="uses")
    system = models.ForeignKey(AISystem, on_delete=models.PROTECT, related_name="dataset_uses")
    use_case = models.ForeignKey(UseCase, on_delete=models.PROTECT, null=True, blank=True, related_name="dataset_uses")
    action = models.CharField(_("what it does with it"), max_length=8, choices=DataAction, default=DataAction.READ)
    declared_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    declared_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["declared_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["dataset", "system", "use_case", "action"],
                condition=Q(ended_at=None),
                name="catalog_dataset_use",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"{self.system_id} {self.action} {self.dataset_id}"


class DataContract(models.Model):
    """A data contract as it came (ODCS 3), of one dataset or several; the newest version of an id counts."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    contract_id = models.CharField(max_length=200)
    contract_version = models.CharField(max_length=60)
    name = models.CharField(max_length=250, blank=True)
    status = models.CharField(max_length=40, blank=True)
    body = models.JSONField(default=dict)
    digest = models.CharField(max_length=64)
    datasets = models.ManyToManyField(Dataset, related_name="contracts")
    taken_over_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["contract_id", "-taken_over_at"]
        constraints = [
            # A version that came with other words is kept beside the first: what was promised when stays known.
            models.UniqueConstraint(
                fields=["contract_id", "contract_version", "digest"], name="catalog_contract_content"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name or self.contract_id} {self.contract_version}"
