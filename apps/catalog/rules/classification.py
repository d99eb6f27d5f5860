"""Rules about classification: what nobody classified, what rose, what is not said, what waits."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import CharField, Exists, F, OuterRef, Q, Value
from django.db.models.functions import Coalesce, Concat
from django.utils.translation import gettext_lazy as _

from apps.catalog.models import DataGrant, Dataset, DatasetUse, FieldEdge
from apps.catalog.queries import classification as queries
from apps.inventory.models import UseCase
from apps.kernel.rules import Rule, Severity, register


@register
class UnclassifiedInUse(Rule):
    """Somebody works with this dataset, and nobody has classified it: it counts as restricted, and two people decide on access.

    Confirm what is suggested for its fields, or say how the whole is classified.
    """

    id: ClassVar[str] = "CLS-001"
    subject: ClassVar[str] = "catalog.dataset"
    severity: ClassVar[Severity] = Severity.MODERATE
    source: ClassVar[str] = "ISO/IEC 27001 A.5.12: classification of information; EU AI Act Art. 10(2)"
    title = _("In use and not classified")

    def failing(self) -> Any:
        """Return datasets without a level that are used or granted."""
        used = DatasetUse.objects.filter(dataset_id=OuterRef("pk"), ended_at=None)
        granted = DataGrant.objects.filter(dataset_id=OuterRef("pk")).standing()
        return (
            Dataset.objects.current()
            .filter(Exists(used) | Exists(granted), level="")
            .annotate(explanation=Value("Nothing is known of how confidential it is."), finding_owner=_answers())
        )


@register
class BelowUpstream(Rule):
    """A field of this dataset is confirmed lower than what flows into it, and what flows in rose after that was confirmed.

    What flows in counts until somebody looks: confirm the higher class, or say why the lower one is right all the same.
    """

    id: ClassVar[str] = "CLS-002"
    subject: ClassVar[str] = "catalog.dataset"
    severity: ClassVar[Severity] = Severity.HIGH
    source: ClassVar[str] = "ISO/IEC 27001 A.5.12: classification of information is kept up to date"
    title = _("Confirmed lower than what flows in")

    def failing(self) -> Any:
        """Return datasets with fields whose upstream rose after they were confirmed."""
        fields = queries.fields_ranked().filter(queries.risen(), dataset_id=OuterRef("pk")).order_by("path")
        return (
            Dataset.objects.current()
            .filter(Exists(fields))
            .annotate(
                explanation=Concat(Value("For example "), fields.values("path")[:1], output_field=CharField()),
                finding_owner=_answers(),
            )
        )


@register
class SpecialCategoryUnsaid(Rule):
    """This system works with data of special categories (health, belief, origin and the like), and its record does not say so.

    Its tier, its assessment and its gates rest on that record. Add the class of data to it, or end the use of the data.
    """

    id: ClassVar[str] = "CLS-003"
    subject: ClassVar[str] = "inventory.system"
    severity: ClassVar[Severity] = Severity.HIGH
    source: ClassVar[str] = "GDPR Art. 9; EU AI Act Art. 10(5)"
    title = _("Special-category data that the record does not name")

    def failing(self) -> Any:
        """Return systems that use or may use such data without naming it."""
        return queries.silent_systems().annotate(
            explanation=Concat(Value("It works with "), Coalesce("found_key", "granted_key"), output_field=CharField()),
            finding_owner=F("owner_id"),
        )


@register
class SpecialCategoryUseUnsaid(Rule):
    """For this use case a system works with data of special categories, and the use case does not say so.

    Add the class of data to the use case, so that its obligations are worked out again, or end the use of the data.
    """

    id: ClassVar[str] = "CLS-006"
    subject: ClassVar[str] = "inventory.use_case"
    severity: ClassVar[Severity] = Severity.HIGH
    source: ClassVar[str] = "GDPR Art. 9; Art. 35(3)(b)"
    title = _("Special-category data that the use case does not name")

    def failing(self) -> Any:
        """Return use cases with a declared use of such data that do not name it."""
        uses = DatasetUse.objects.filter(
            use_case_id=OuterRef("pk"), ended_at=None, dataset__categories__overlap=queries.SPECIAL
        )
        return (
            UseCase.objects.filter(Exists(uses))
            .exclude(status__in=["retired", "refused", "merged"])
            .exclude(data_classes__contains=["special_category"])
            .annotate(
                explanation=Concat(Value("It works with "), uses.values("dataset__key")[:1], output_field=CharField()),
                finding_owner=F("owner_id"),
            )
        )


@register
class SuggestionsWaiting(Rule):
    """Suggested classes of fields in this dataset wait for a person for more than thirty days.

    Open the classification of the dataset: most suggestions can be accepted at once.
    """

    id: ClassVar[str] = "CLS-004"
    subject: ClassVar[str] = "catalog.dataset"
    severity: ClassVar[Severity] = Severity.LOW
    source: ClassVar[str] = "Portal policy: suggestions are answered within thirty days"
    title = _("Suggestions wait for an answer")

    def failing(self) -> Any:
        """Return datasets with suggestions that are older than the time to answer them."""
        waiting = queries.long_waiting().filter(dataset_id=OuterRef("pk"))
        return (
            Dataset.objects.current()
            .filter(Exists(waiting))
            .annotate(explanation=Value("Suggestions older than thirty days."), finding_owner=_answers())
        )


@register
class UpstreamUnsaid(Rule):
    """Data about people flows into this dataset from another one, no tool says into which fields, and it is said to hold none.

    Nothing is carried without lines between fields. Look at what the job writes, and confirm or declare the class.
    """

    id: ClassVar[str] = "CLS-005"
    subject: ClassVar[str] = "catalog.dataset"
    severity: ClassVar[Severity] = Severity.LOW
    source: ClassVar[str] = "GDPR Art. 5(1)(f): integrity and confidentiality"
    title = _("Upstream holds personal data")

    def failing(self) -> Any:
        """Return datasets without categories of people whose direct upstream has them, without lines between fields."""
        from apps.catalog.models import LineageEdge

        into = LineageEdge.objects.filter(target_id=OuterRef(OuterRef(OuterRef("pk"))), ended_at=None).values(
            "source_id"
        )
        sources = LineageEdge.objects.filter(target_id__in=into, ended_at=None).values("source_id")
        upstream = Dataset.objects.filter(pk__in=sources, categories__overlap=queries.PERSONAL)
        told = FieldEdge.objects.filter(target__dataset_id=OuterRef("pk"), kind="DIRECT")
        said = Q(categories__overlap=queries.PERSONAL) | ~Q(declared_level="")
        return (
            Dataset.objects.current()
            .exclude(said)
            .filter(~Exists(told), Exists(upstream))
            .annotate(explanation=Value("A dataset upstream holds personal data."), finding_owner=_answers())
        )


def _answers() -> Any:
    return Coalesce("steward_id", "owner_id")
