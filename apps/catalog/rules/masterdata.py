"""Rules about master data."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import Exists, F, OuterRef, StringAgg, Subquery, TextField, Value
from django.db.models.functions import Concat
from django.utils.translation import gettext_lazy as _

from apps.catalog.models import Dataset
from apps.catalog.queries.glossary import misaligned_fields
from apps.kernel.rules import Rule, Severity, register


@register
class MisalignedIdentifiers(Rule):
    """This dataset holds the identifier of a master-data entity under a name that is not the entity's.

    Whoever joins data by name misses it, or joins what does not belong together. Rename the field, or have the entity's
    identifier changed when the name here is the better one. Upper case and separators do not count.
    """

    id: ClassVar[str] = "MDM-001"
    subject: ClassVar[str] = "catalog.dataset"
    severity: ClassVar[Severity] = Severity.MODERATE
    source: ClassVar[str] = "DAMA-DMBOK: reference and master data"
    title = _("Misaligned identifiers")

    def failing(self) -> Any:
        """Return datasets with a field that carries an entity under another identifier than the entity's."""
        fields = misaligned_fields().filter(dataset=OuterRef("pk")).order_by()
        sentence = Concat(
            F("path"), Value(" should be called "), F("master_entity__identifier"), output_field=TextField()
        )
        named = fields.values("dataset").annotate(
            sentences=StringAgg(sentence, delimiter=Value("; "), order_by="position")
        )
        return (
            Dataset.objects.current()
            .filter(Exists(fields))
            .annotate(explanation=Subquery(named.values("sentences")), finding_owner=F("steward_id"))
        )
