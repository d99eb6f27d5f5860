"""Entry checks: what a machine can answer from the records before people are asked. Each says where to mend what fails."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.apps import apps as django_apps
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.audit.models import Entry
from apps.compliance.models import Finding, FindingStatus, PolicyException
from apps.evidence.models import Evidence, EvidenceLink
from apps.inventory.models import (
    AISystem,
    LegalClass,
    NetworkPerimeter,
    OperatingStatus,
    PersonEffect,
    Release,
    Stage,
    UseCaseStatus,
)
from apps.inventory.queries import candidate_release, covering
from apps.kernel import clock
from apps.registry.models import Artefact, VersionStage
from apps.registry.queries.releases import models_in
from apps.work.models import Action, ActionKind, ActionStatus


@dataclass(frozen=True, slots=True)
class Result:
    """How a check stands: passed, failed or waived, with its sentence."""

    name: str
    title: str
    passed: bool
    sentence: str = ""
    waived_by: str = ""
    applies: bool = True
    where: str = ""

    def as_data(self) -> dict[str, Any]:
        """Return the result as it is frozen with the review."""
        return {
            "name": self.name,
            "title": str(self.title),
            "passed": self.passed,
            "sentence": self.sentence,
            "waived_by": self.waived_by,
            "applies": self.applies,
            "where": self.where,
        }


Problem = Callable[[AISystem], str | None]


@dataclass(frozen=True, slots=True)
class Check:
    """One entry check; `problem(system)` returns what is missing, an empty text, or None where it does not apply."""

    name: str
    title: Any
    problem: Problem
    mend: str

    def where(self, system: AISystem) -> str:
        """Return the address of the page on which what is missing is mended."""
        by_key = self.mend.startswith(("inventory:system", "registry:release_compose"))
        return reverse(self.mend, args=[system.key] if by_key else [])


CHECKS: dict[str, Check] = {}


def check(title: Any, mend: str = "inventory:system_edit") -> Callable[[Problem], Problem]:
    """Register a function as the check of its own name, with the page where its problem is mended."""

    def register(function: Problem) -> Problem:
        CHECKS[function.__name__] = Check(function.__name__, title, function, mend)
        return function

    return register


def _empty(system: AISystem, **fields: Any) -> str:
    missing = [str(label) for name, label in fields.items() if not getattr(system, name)]
    return _("Fill in: %(fields)s.") % {"fields": ", ".join(missing)} if missing else ""


@check(gettext_lazy("The record says what the system does"))
def record_complete(system: AISystem) -> str:
    return _empty(system, name=_("name"), summary=_("what it does"))


@check(gettext_lazy("A legal entity answers for it"))
def entity(system: AISystem) -> str:
    return "" if system.legal_entity_id else _("Choose the legal entity in the record.")


@check(gettext_lazy("It has an executive sponsor"))
def sponsor(system: AISystem) -> str:
    if system.sponsor_id is None:
        return _("Name the executive sponsor in the record.")
    return "" if system.sponsor.is_active else _("The sponsor has left; name another.")


@check(gettext_lazy("It has an owner"), mend="inventory:system")
def owner(system: AISystem) -> str:
    return "" if system.owner_id and system.owner.is_active else _("Name an owner who is still here.")


@check(gettext_lazy("Its tier is known, provisionally at least"))
def tier_known(system: AISystem) -> str:
    return (
        ""
        if system.tier or system.provisional_tier
        else _("Answer the intake questions, so that a tier can be proposed.")
    )


@check(gettext_lazy("It was screened for prohibited practices"), mend="inventory:use_cases")
def screened(system: AISystem) -> str:
    return "" if system.use_case_links.exists() else _("Link the use case that was screened at intake.")


@check(gettext_lazy("It serves at least one use case"), mend="inventory:use_cases")
def use_case(system: AISystem) -> str:
    active = system.use_cases.filter(status__in=[UseCaseStatus.ACTIVE, UseCaseStatus.PROPOSED])
    return "" if active.exists() else _("Link a use case.")


@check(gettext_lazy("None of its uses is prohibited"), mend="inventory:use_cases")
def not_prohibited(system: AISystem) -> str:
    found = system.use_cases.filter(legal_class=LegalClass.PROHIBITED).first()
    return _("%(use)s is a prohibited practice; there is no exception.") % {"use": found} if found else ""


@check(gettext_lazy("The business requirements are written down"))
def requirements(system: AISystem) -> str:
    return _empty(
        system,
        problem=_("the problem"),
        benefit=_("the benefit"),
        benefit_measure=_("how it is measured"),
        outputs=_("what it puts out"),
        intended_users=_("who uses it"),
    )


@check(gettext_lazy("Its data classes are known"))
def data_known(system: AISystem) -> str:
    return "" if system.data_classes else _("Say in the record which classes of data it works with.")


@check(gettext_lazy("Its cost is known"))
def cost_known(system: AISystem) -> str:
    known = system.one_off_cost is not None and system.yearly_run_cost is not None
    return "" if known else _("Give the one-off cost and the run cost a year.")


@check(gettext_lazy("Bought parts name their vendor"), mend="inventory:system")
def vendor_known(system: AISystem) -> str | None:
    bought = system.components.filter(sourcing__in=["buy", "managed"])
    if system.sourcing not in ("buy", "managed") and not bought.exists():
        return None
    if system.sourcing in ("buy", "managed") and system.vendor_id is None:
        return _("Name the vendor in the record.")
    unnamed = bought.filter(vendor=None).first()
    return _("Name the vendor of %(part)s.") % {"part": unnamed} if unnamed else ""


@check(gettext_lazy("Every bought part has an exit"), mend="inventory:system")
def exit_known(system: AISystem) -> str | None:
    bought = system.components.filter(sourcing__in=["buy", "managed"])
    if not bought.exists():
        return None
    without = bought.filter(exit_substitute="").first()
    return _("Name what would replace %(part)s.") % {"part": without} if without else ""


@check(gettext_lazy("Secrets are named by reference"))
def secrets_referenced(system: AISystem) -> str | None:
    if not system.secret_references:
        return None
    bad = [text for text in system.secret_references if ":" not in text]
    return _("Secrets are references such as vault:path; mend the record.") if bad else ""


@check(gettext_lazy("How people are involved is stated"))
def human_involvement(system: AISystem) -> str | None:
    if system.person_effect == PersonEffect.NONE:
        return None
    if system.human_involvement.strip():
        return ""
    return _("Say in the record who can understand, question and overrule an outcome.")


@check(gettext_lazy("Its network perimeter and regions are known"))
def perimeter_known(system: AISystem) -> str:
    known = system.network_perimeter != NetworkPerimeter.UNKNOWN and system.regions
    return "" if known else _("Give the network perimeter and the regions in the record.")


@check(gettext_lazy("No critical finding stands"), mend="compliance:findings")
def no_critical_finding(system: AISystem) -> str:
    standing = Finding.objects.about(system).filter(severity="critical").exclude(
        status__in=[FindingStatus.CLOSED, FindingStatus.WAIVED]
    ).exclude(rule_id__in=["INV-002"])  # fmt: skip
    found = standing.first()
    return _("%(finding)s stands.") % {"finding": found} if found else ""


def changed_release(system: AISystem) -> Release | None:
    """Return the release that waits for gate G5: the newest, where the system runs and nothing lets it run there yet."""
    if system.stage not in (Stage.PILOT, Stage.PRODUCTION):
        return None
    release = candidate_release(system)
    return release if release is not None and covering(release, system.stage) is None else None


@check(gettext_lazy("It is suspended, or a new release waits"), mend="registry:release_compose")
def suspended(system: AISystem) -> str:
    if system.operating_status == OperatingStatus.SUSPENDED or changed_release(system) is not None:
        return ""
    return _("It is not suspended, and its newest release is approved where it runs.")


@check(gettext_lazy("A release is frozen"), mend="registry:release_compose")
def release_frozen(system: AISystem) -> str | None:
    if candidate_release(system) is not None:
        return ""
    # Systems that use no releases are decided on by their record alone.
    if system.releases.exists() or Artefact.objects.filter(system=system).exists():
        return _("Compose a release: what is approved is exactly that set of parts.")
    return None


@check(gettext_lazy("The models of the release are on record, each with its card"), mend="registry:release_compose")
def models_recorded(system: AISystem) -> str | None:
    release = candidate_release(system)
    named = [item for item in release.items if item["kind"] == "model"] if release else []
    if release is None or not named:
        return None
    versions = models_in(release)
    known = {str(v.pk) for v in versions} | {v.artefact_digest for v in versions if v.artefact_digest}
    lost = next((item for item in named if not known & {item["subject_id"], item["digest"]}), None)
    if lost:
        words = {"name": lost["name"], "version": lost["version"]}
        return _("%(name)s %(version)s is not on record: register it and compose the release of it.") % words
    without = versions.filter(cards=None).first()
    return _("%(version)s has no card.") % {"version": without} if without else ""


@check(gettext_lazy("The models of the release are validated"), mend="registry:release_compose")
def models_validated(system: AISystem) -> str | None:
    release = candidate_release(system)
    versions = list(models_in(release)) if release else []
    if not versions:
        return None
    # Deprecating takes the stage's place; whether somebody validated it before stands in the ledger.
    said = Entry.objects.filter(
        event="registry.version.validated", kind="operation", subject_type="registry.model_version",
        subject_id__in=[str(version.pk) for version in versions],
    )  # fmt: skip
    validated = set(said.values_list("subject_id", flat=True))
    found = next((version for version in versions if str(version.pk) not in validated), None)
    return (
        _("%(version)s is not validated: somebody who did not register it does.") % {"version": found} if found else ""
    )


@check(gettext_lazy("No model of the release is retired or past its day"), mend="registry:release_compose")
def models_current(system: AISystem) -> str | None:
    release = candidate_release(system)
    versions = models_in(release) if release else None
    if versions is None or not versions.exists():
        return None
    gone = Q(stage=VersionStage.RETIRED) | Q(stage=VersionStage.DEPRECATED, retires_on__lte=clock.today())
    found = versions.filter(gone).first()
    return _("%(version)s is gone; compose a release of another one.") % {"version": found} if found else ""


def _assessments(system: AISystem) -> Any:
    model = django_apps.get_model("assessments", "Assessment")
    return model.objects.filter(Q(system=system) | Q(use_case__in=system.use_cases.all()))


@check(gettext_lazy("Its risk assessment has begun"), mend="assessments:assessments")
def assessment_begun(system: AISystem) -> str:
    return "" if _assessments(system).exists() else _("Ask a governance analyst to assign the risk assessment.")


@check(gettext_lazy("Its risk assessment is signed and valid"), mend="assessments:assessments")
def assessment_signed(system: AISystem) -> str:
    if _assessments(system).in_force().exists():
        return ""
    return _(
        "No signed risk assessment is in force; it is signed by somebody who neither filled it in nor owns the system."
    )


@check(gettext_lazy("Its evidence is valid"), mend="evidence:files")
def evidence_valid(system: AISystem) -> str | None:
    proofs = [str(system.pk), *(str(pk) for pk in _assessments(system).values_list("pk", flat=True))]
    kinds = ("inventory.system", "assessments.assessment")
    links = EvidenceLink.objects.filter(subject_type__in=kinds, subject_id__in=proofs)
    if not links.exists():
        return None
    expired = Evidence.objects.filter(links__in=links, expires_on__lt=clock.today()).first()
    return _("%(evidence)s has expired; add its next version.") % {"evidence": expired} if expired else ""


@check(gettext_lazy("Conditions of earlier decisions are kept"), mend="work:my_work")
def conditions_kept(system: AISystem) -> str | None:
    conditions = Action.objects.about(system).filter(kind=ActionKind.CONDITION)
    if not conditions.exists():
        return None
    late = conditions.filter(status__in=[ActionStatus.OPEN, ActionStatus.DONE], due_at__lt=clock.now()).first()
    return _("%(condition)s is overdue.") % {"condition": late} if late else ""


def run_checks(system: AISystem, gate: str, names: tuple[str, ...]) -> list[Result]:
    """Run a gate's checks on a system as it stands; a standing exception waives a check, never a prohibition."""
    waivers = {
        exception.concerns: exception.key
        for exception in PolicyException.objects.about(system).standing().filter(concerns__startswith=f"{gate}:")
    }
    results = []
    for name in names:
        entry = CHECKS[name]
        sentence = entry.problem(system)
        waiver = waivers.get(f"{gate}:{name}", "") if sentence and name != "not_prohibited" else ""
        where = entry.where(system) if sentence else ""
        results.append(
            Result(
                name,
                entry.title,
                not sentence or bool(waiver),
                str(sentence or ""),
                waiver,
                applies=sentence is not None,
                where=where,
            )
        )
    return results
