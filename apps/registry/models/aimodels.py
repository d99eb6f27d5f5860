"""Models, their immutable versions, what they were made from, and their cards."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Department, Person
from apps.accounts.reach import holds, reach
from apps.catalog.models import Dataset
from apps.inventory.models import Vendor
from apps.kernel import clock, narrowing
from apps.kernel.identifiers import uuid7
from apps.kernel.permissions import Permission

from .choices import DataRole, Derivation, Hosting, Modality, VersionStage, YesNo


class AIModelQuerySet(models.QuerySet["AIModel"]):
    """Models with named filters."""

    def visible_to(self, person: Any) -> AIModelQuerySet:
        """Return the models a person may know of: by role and department, those of nobody in particular, their own."""
        if not getattr(person, "is_active", False):
            return self.none()
        seen = Q(owner_id=person.pk) | reach(person, Permission.REGISTRY_MODEL_VIEW)
        if holds(person, Permission.REGISTRY_MODEL_VIEW):
            seen |= Q(department=None)
        return self.filter(seen)


class AIModel(models.Model):
    """A family of versions with one provider (ours or a third party's)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.CharField(max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=200)
    summary = models.TextField(_("what it does"), blank=True)
    task = models.CharField(_("task"), max_length=80, blank=True, help_text=_("For example text-generation."))
    architecture = models.CharField(_("architecture"), max_length=120, blank=True)
    provider = models.ForeignKey(
        Vendor, on_delete=models.PROTECT, null=True, blank=True, related_name="ai_models", help_text=_("Empty: we are.")
    )
    department = models.ForeignKey(Department, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    owner = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="owned_models")
    base = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="derived")
    base_name = models.CharField(_("base model, where not on record"), max_length=300, blank=True)
    derivation = models.CharField(_("derivation"), max_length=14, choices=Derivation, default=Derivation.UNKNOWN)
    licence = models.CharField(
        _("licence"), max_length=120, blank=True, help_text=_("SPDX identifier where it has one.")
    )
    hosting = models.CharField(_("hosting"), max_length=10, choices=Hosting, default=Hosting.UNKNOWN)
    modalities_in = ArrayField(models.CharField(max_length=10, choices=Modality), default=list, blank=True)
    modalities_out = ArrayField(models.CharField(max_length=10, choices=Modality), default=list, blank=True)
    version = models.PositiveIntegerField(default=1, help_text="For compare-and-set by the edit form.")
    access_version = models.BigIntegerField(default=1, help_text="Raised by triggers; remembered decisions compare it.")
    search_text = models.TextField(blank=True, editable=False, help_text="Kept by a trigger, in lower case.")
    created_at = models.DateTimeField(default=clock.now)
    updated_at = models.DateTimeField(default=clock.now)

    objects = AIModelQuerySet.as_manager()

    class Meta:
        verbose_name = _("model")
        ordering = ["name", "id"]
        indexes = [
            models.Index(fields=["name", "id"]),
            models.Index(fields=["provider"]),
            models.Index(fields=["owner"]),
            GinIndex(OpClass("search_text", name="gin_trgm_ops"), name="registry_model_search"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["name", "provider"], name="registry_model_name", nulls_distinct=False),
            models.CheckConstraint(condition=Q(base=None) | ~Q(base=F("id")), name="registry_model_not_its_base"),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.name}"

    @property
    def reach_path(self) -> str | None:
        """The department's path, on which role assignments are matched."""
        return self.department.path if self.department else None


class ProviderTermsQuerySet(models.QuerySet["ProviderTerms"]):
    """Terms with named filters."""

    def visible_to(self, person: Any) -> ProviderTermsQuerySet:
        """Return those of models a person may know of."""
        return self.filter(ai_model__in=narrowing.keys_visible(person, AIModel))


class ProviderTerms(models.Model):
    """The dated terms under which a third party lets us use a model; new terms end the old ones."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    ai_model = models.ForeignKey(AIModel, on_delete=models.PROTECT, related_name="terms")
    valid_from = models.DateField(_("from"))
    valid_until = models.DateField(_("until"), null=True, blank=True)
    title = models.CharField(_("title and version of the terms"), max_length=300)
    url = models.URLField(_("where they stand"), blank=True, max_length=500)
    regions = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    trains_on_our_data = models.CharField(_("trains on our data"), max_length=7, choices=YesNo, default=YesNo.UNKNOWN)
    keeps_input_days = models.PositiveIntegerField(_("keeps input for days"), null=True, blank=True)
    sub_processors = ArrayField(models.CharField(max_length=200), default=list, blank=True)
    notes = models.TextField(_("notes"), blank=True)
    read_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField(default=clock.now)

    objects = ProviderTermsQuerySet.as_manager()

    class Meta:
        verbose_name = _("terms of a provider")
        ordering = ["-valid_from"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gte=F("valid_from")), name="registry_terms_period"
            ),
            models.UniqueConstraint(fields=["ai_model", "valid_from"], name="registry_terms_from"),
        ]

    def __str__(self) -> str:
        return self.title


class ModelVersionQuerySet(models.QuerySet["ModelVersion"]):
    """Versions with named filters."""

    def visible_to(self, person: Any) -> ModelVersionQuerySet:
        """Return those of models a person may know of."""
        return self.filter(ai_model__in=narrowing.keys_visible(person, AIModel))


class ModelVersion(models.Model):
    """An immutable artefact by digest, or a provider's dated snapshot.

    A trigger refuses every UPDATE but of the stage and of what deprecation says, and every DELETE.
    """

    MUTABLE = ("stage", "deprecated_at", "deprecated_reason", "retires_on", "replaced_by_id")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.CharField(max_length=20, unique=True)
    ai_model = models.ForeignKey(AIModel, on_delete=models.PROTECT, related_name="versions")
    name = models.CharField(_("version"), max_length=120, help_text=_("As its registry or provider names it."))
    artefact_digest = models.CharField(
        _("digest of the artefact"), max_length=140, blank=True, help_text=_("sha256:… of what is loaded.")
    )
    snapshot = models.CharField(_("provider's dated snapshot"), max_length=200, blank=True)
    source = models.CharField(_("source"), max_length=1000, blank=True, help_text=_("Where the artefact lies."))
    licence = models.CharField(_("licence"), max_length=120, blank=True)
    released_on = models.DateField(_("released on"), null=True, blank=True)
    parameters = models.JSONField(_("parameters"), default=dict, blank=True)
    registered_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    registered_at = models.DateTimeField(default=clock.now)
    stage = models.CharField(_("stage"), max_length=10, choices=VersionStage, default=VersionStage.CANDIDATE)
    deprecated_at = models.DateTimeField(null=True, blank=True)
    deprecated_reason = models.TextField(blank=True)
    retires_on = models.DateField(_("retires on"), null=True, blank=True)
    replaced_by = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaces")

    objects = ModelVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("model version")
        ordering = ["-registered_at", "-id"]
        indexes = [
            models.Index(fields=["stage", "retires_on"]),
            models.Index(fields=["artefact_digest"]),
        ]
        constraints = [
            models.UniqueConstraint(fields=["ai_model", "name"], name="registry_version_name"),
            models.CheckConstraint(
                condition=~Q(artefact_digest="") | ~Q(snapshot=""), name="registry_version_is_something"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.ai_model.name} {self.name}"

    @property
    def reach_path(self) -> str | None:
        """The path of the model's department."""
        return self.ai_model.reach_path

    @property
    def identity(self) -> str:
        """What makes it this version and no other: the artefact's digest, or the snapshot's name."""
        return self.artefact_digest or f"snapshot:{self.snapshot}"


class OfVersionQuerySet(models.QuerySet[Any]):
    """Rows about a version, with named filters."""

    def visible_to(self, person: Any) -> Any:
        """Return those of versions a person may know of."""
        return self.filter(model_version__in=narrowing.keys_visible(person, ModelVersion))


class VersionData(models.Model):
    """A dataset of the catalog that a version was trained, validated or evaluated on. Append-only."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    model_version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="data")
    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="model_versions")
    role = models.CharField(max_length=10, choices=DataRole)
    digest = models.CharField(_("digest of the cut"), max_length=140, blank=True)
    notes = models.CharField(_("which part"), max_length=300, blank=True)
    recorded_at = models.DateTimeField(default=clock.now)

    objects = OfVersionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["model_version", "dataset", "role"], name="registry_version_data")
        ]

    def __str__(self) -> str:
        return f"{self.model_version_id} {self.role} {self.dataset_id}"


class VersionMetric(models.Model):
    """A measured value of a version, on a dataset or slice where that is known. Append-only."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    model_version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="metrics")
    name = models.CharField(max_length=200)
    value = models.DecimalField(max_digits=30, decimal_places=12)
    unit = models.CharField(max_length=40, blank=True)
    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    data_slice = models.CharField(max_length=200, blank=True)
    source = models.CharField(max_length=300, blank=True)
    measured_at = models.DateTimeField(default=clock.now)

    objects = OfVersionQuerySet.as_manager()

    class Meta:
        ordering = ["name", "-measured_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["model_version", "name", "data_slice", "source", "measured_at"], name="registry_version_metric"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.value}"


class ModelCard(models.Model):
    """The card of a version: each writing is a new number, none is changed. Append-only."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    model_version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="cards")
    number = models.PositiveIntegerField()
    content = models.JSONField(help_text="Sections in the order of rules_pure/card.py; texts and lists of texts.")
    source = models.CharField(max_length=40, default="form", help_text="form, cyclonedx, hugging-face, api.")
    written_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    written_at = models.DateTimeField(default=clock.now)

    objects = OfVersionQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["model_version", "number"], name="registry_card_number")]

    def __str__(self) -> str:
        return f"{self.model_version_id} {self.number}"


class ModelAliasQuerySet(models.QuerySet["ModelAlias"]):
    """Aliases with named filters."""

    def visible_to(self, person: Any) -> ModelAliasQuerySet:
        """Return those of models a person may know of."""
        return self.filter(ai_model__in=narrowing.keys_visible(person, AIModel))

    def standing(self) -> ModelAliasQuerySet:
        """Keep those that hold now."""
        return self.filter(ended_at=None)


class ModelAlias(models.Model):
    """A moving name for a version of a model; where it pointed before stays on record."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    ai_model = models.ForeignKey(AIModel, on_delete=models.PROTECT, related_name="aliases")
    name = models.CharField(_("alias"), max_length=120)
    model_version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="aliases")
    set_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = ModelAliasQuerySet.as_manager()

    class Meta:
        ordering = ["name", "-set_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["ai_model", "name"], condition=Q(ended_at=None), name="registry_alias_one_standing"
            )
        ]

    def __str__(self) -> str:
        return self.name
