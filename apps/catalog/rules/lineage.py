"""Rules that hold what people declared against what tools observed."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import CharField, Exists, F, Func, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce, Concat
from django.utils.translation import gettext_lazy as _

from apps.catalog.models import (
    AccessKind,
    AccessRecord,
    DataGrant,
    Dataset,
    DatasetUse,
    Job,
    LineageEdge,
    NodeKind,
    Standing,
)
from apps.inventory.models import AISystem
from apps.kernel.rules import Rule, Severity, register

# The nearest personal dataset upstream of a system, and how many lines away it is. By its key alone: who reads the finding
# may know of the system and not of that data.
PERSONAL_UPSTREAM = """(
    SELECT d.key || ', ' || w.distance || CASE w.distance WHEN 1 THEN ' line' ELSE ' lines' END
    FROM catalog_walk(%(expressions)s, 'system', false, 12, 2000, NULL, false, true) AS w
    JOIN catalog_dataset AS d ON d.id = w.node
    WHERE w.kind = 'dataset' AND d.dropped_at IS NULL AND (
        d.categories && ARRAY['personal', 'special_category', 'health']::varchar[] OR EXISTS (
            SELECT 1 FROM catalog_field AS f WHERE f.dataset_id = d.id AND f.absent_since IS NULL
                AND f.categories && ARRAY['personal', 'special_category', 'health']::varchar[]
        )
    )
    ORDER BY w.distance, d.key LIMIT 1
)"""


def _jobs_of_systems() -> Any:
    """Return the jobs that run for a current system."""
    return Job.objects.filter(system__in=AISystem.objects.current())


@register
class UsedButUndeclared(Rule):
    """A tool saw this dataset, an AI system works with it, and nobody ever put it on record or answers for it.

    What nobody answers for is neither classified nor kept in order. Declare it, and name an owner and a steward.
    """

    id: ClassVar[str] = "LIN-001"
    subject: ClassVar[str] = "catalog.dataset"
    severity: ClassVar[Severity] = Severity.MODERATE
    source: ClassVar[str] = "EU AI Act Art. 10(2)(b): origin of data"
    title = _("Used, but declared by nobody")

    def failing(self) -> Any:
        """Return observed datasets without owner and steward that a system's job, a system or a reported read uses."""
        lines = LineageEdge.objects.filter(source_id=OuterRef("pk"), ended_at=None)
        job = lines.filter(target_id__in=_jobs_of_systems().values("pk"))
        direct = lines.filter(target_kind=NodeKind.SYSTEM, target_id__in=AISystem.objects.current().values("pk"))
        read = AccessRecord.objects.filter(dataset_id=OuterRef("pk"), kind=AccessKind.READ)
        name = _jobs_of_systems().filter(pk__in=_lines_of_outer()).order_by("name").values("name")[:1]
        key = AISystem.objects.current().filter(pk__in=_lines_of_outer()).order_by("key").values("key")[:1]
        words = Coalesce(
            Concat(Value("Read by the job "), Subquery(name), Value("."), output_field=CharField()),
            Concat(Value("Read by "), Subquery(key), Value("."), output_field=CharField()),
            Value("A read was reported."),
            output_field=CharField(),
        )
        used = Exists(job) | Exists(direct) | Exists(read)
        return (
            Dataset.objects.current()
            .filter(used, standing=Standing.OBSERVED, owner=None, steward=None)
            .annotate(explanation=words, finding_owner=F("platform__owner_id"))
        )


def _lines_of_outer() -> Any:
    """Return where the lines of the dataset lead that stands two queries further out."""
    lines = LineageEdge.objects.filter(source_id=OuterRef(OuterRef("pk")), ended_at=None)
    return lines.exclude(target_kind=NodeKind.DATASET).values("target_id")


@register
class ReadsWithoutGrantOrUse(Rule):
    """Lineage shows this system reading data that it neither declares nor holds a grant for.

    Its assessments stand on what is on record. Declare the use and ask for access, or stop the job that reads.
    """

    id: ClassVar[str] = "LIN-002"
    subject: ClassVar[str] = "inventory.system"
    severity: ClassVar[Severity] = Severity.HIGH
    source: ClassVar[str] = "EU AI Act Art. 10(2)(b); GDPR Art. 5(1)(b): purpose limitation"
    title = _("Reads data without grant or declared use")

    def failing(self) -> Any:
        """Return systems that a line comes to, by a job of theirs or directly, from data they have no claim to."""
        observed = LineageEdge.objects.filter(standing=Standing.OBSERVED, ended_at=None, source_kind=NodeKind.DATASET)
        jobs = Job.objects.filter(system_id=OuterRef(OuterRef("pk"))).values("pk")
        by_job = _without_claim(observed.filter(target_id__in=jobs))
        direct = _without_claim(observed.filter(target_id=OuterRef("pk")))
        return (
            AISystem.objects.current()
            .annotate(of=Coalesce(Subquery(by_job), Subquery(direct), output_field=CharField()))
            .filter(of__isnull=False)
            .annotate(explanation=Concat(Value("It reads "), F("of"), Value(", seen by a tool.")))
            .annotate(finding_owner=F("owner_id"))
        )


def _without_claim(lines: Any) -> Any:
    """Return the first key of the data that lines come from, where the outer system has neither use nor grant."""
    whose = {"dataset_id": OuterRef("source_id"), "system_id": OuterRef(OuterRef("pk"))}
    use = DatasetUse.objects.filter(ended_at=None, **whose)
    grant = DataGrant.objects.filter(**whose).standing()
    open_to_all = Q(level="public") & ~Q(categories__overlap=["personal", "special_category", "health"])
    read = Dataset.objects.current().filter(pk=OuterRef("source_id")).exclude(open_to_all)
    keys = lines.filter(~Exists(use), ~Exists(grant)).annotate(of=Subquery(read.values("key")[:1]))
    return keys.filter(of__isnull=False).order_by("of").values("of")[:1]


class PersonalUpstream(Func):
    """The nearest personal dataset upstream of a system in words; NULL where there is none."""

    template = PERSONAL_UPSTREAM
    output_field = CharField()


@register
class PersonalDataUpstream(Rule):
    """The record of this system names no personal data, but lineage leads from personal data to it.

    Tier, assessment and register stand on what the record says. Name the class of data in the record, or show in the
    lineage where the data is masked.
    """

    id: ClassVar[str] = "LIN-003"
    subject: ClassVar[str] = "inventory.system"
    severity: ClassVar[Severity] = Severity.HIGH
    source: ClassVar[str] = "GDPR Art. 5(2), 30(1); EU AI Act Art. 10(5)"
    title = _("Personal data that the record does not name")

    def failing(self) -> Any:
        """Return systems whose record names no personal data while some lies upstream, at most twelve lines away."""
        lines = LineageEdge.objects.filter(target_id=OuterRef("pk"), ended_at=None)
        fed = Exists(lines) | Exists(Job.objects.filter(system_id=OuterRef("pk")))
        return (
            AISystem.objects.current()
            .filter(fed)
            .exclude(data_classes__overlap=["personal", "special_category"])
            .annotate(path=PersonalUpstream(F("pk")))
            .filter(path__isnull=False)
            .annotate(explanation=Concat(Value("Personal data upstream: "), F("path"), Value(" away.")))
            .annotate(finding_owner=F("owner_id"))
        )
