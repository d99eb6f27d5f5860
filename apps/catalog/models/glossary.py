"""What words mean, and the things of the business that many datasets speak of."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Person
from apps.accounts.reach import holds
from apps.kernel import clock
from apps.kernel.identifiers import uuid7
from apps.kernel.permissions import Permission

from .choices import Category, Level, TermRelationKind


class GlossaryQuerySet(models.QuerySet[Any]):
    """Terms and master-data entities with named filters."""

    def visible_to(self, person: Any) -> GlossaryQuerySet:
        """Return all: a glossary is for everybody who may browse the catalog."""
        return self.all() if holds(person, Permission.CATALOG_DATASET_BROWSE) else self.none()


class GlossaryTerm(models.Model):
    """A word of the business with its meaning; what carries it is suggested the term's classification."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(_("term"), max_length=120)
    definition = models.TextField(_("definition"))
    synonyms = ArrayField(models.CharField(max_length=120), default=list, blank=True, verbose_name=_("synonyms"))
    level = models.CharField(_("level"), max_length=12, choices=Level, blank=True)
    categories = ArrayField(models.CharField(max_length=20, choices=Category), default=list, blank=True)
    steward = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="stewarded_terms")
    version = models.PositiveIntegerField(default=1, help_text="For compare-and-set by the edit form.")
    created_at = models.DateTimeField(default=clock.now)

    objects = GlossaryQuerySet.as_manager()

    class Meta:
        verbose_name = _("glossary term")
        ordering = ["name"]
        constraints = [models.UniqueConstraint(Upper("name"), name="catalog_term_name")]

    def __str__(self) -> str:
        return self.name


class TermRelation(models.Model):
    """One term belongs to another."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    term = models.ForeignKey(GlossaryTerm, on_delete=models.PROTECT, related_name="relations")
    kind = models.CharField(max_length=10, choices=TermRelationKind)
    other = models.ForeignKey(GlossaryTerm, on_delete=models.PROTECT, related_name="inverse_relations")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["term", "kind", "other"], name="catalog_term_relation"),
            models.CheckConstraint(condition=~Q(term=F("other")), name="catalog_term_not_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.term_id} {self.kind} {self.other_id}"


class MasterEntity(models.Model):
    """A thing of the business that many datasets speak of (customer, product, employee), with its one identifier."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(_("name"), max_length=120)
    identifier = models.CharField(
        _("identifier"), max_length=120, help_text=_("The one name of its key, for example customer_id.")
    )
    description = models.TextField(_("description"), blank=True)
    owner = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="master_entities")
    version = models.PositiveIntegerField(default=1, help_text="For compare-and-set by the edit form.")
    created_at = models.DateTimeField(default=clock.now)

    objects = GlossaryQuerySet.as_manager()

    class Meta:
        verbose_name = _("master-data entity")
        verbose_name_plural = _("master-data entities")
        ordering = ["name"]
        constraints = [models.UniqueConstraint(Upper("name"), name="catalog_master_entity_name")]

    def __str__(self) -> str:
        return self.name
