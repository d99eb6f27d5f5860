"""Rules about models: owners, cards, terms of third parties, and versions that go."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

from django.db.models import Case, CharField, Exists, F, OuterRef, Q, Value, When
from django.db.models.functions import Coalesce, Concat
from django.utils.translation import gettext_lazy as _

from apps.inventory.models import AISystem, Component
from apps.kernel import clock
from apps.kernel.rules import Rule, Severity, register
from apps.registry.models import (
    AIModel,
    Deployment,
    ModelAlias,
    ModelCard,
    ModelGrant,
    ModelVersion,
    ProviderTerms,
    ReleaseVersion,
)
from apps.registry.rules_pure.access_policy import region_fits

GATED = ["pilot", "production"]
# Whoever has not tried the way out this long before the end will not have it in time.
NOTICE = timedelta(days=60)
ANSWERS = Coalesce("owner_id", "department__head_id")
UPPER = Q(system__tier__in=["T1", "T2"]) | Q(system__tier="", system__provisional_tier__in=["T1", "T2", ""])


def _explained(rows: Any, *words: Any, owner: Any = None) -> Any:
    parts = [Value(one) if isinstance(one, str) else one for one in (*words, "")]
    rows = rows.annotate(explanation=Concat(*parts, output_field=CharField()))
    return rows if owner is None else rows.annotate(finding_owner=owner)


def _running(environments: list[str] = GATED) -> Any:
    """Return what should run, or was seen running, in these environments."""
    return Deployment.objects.standing().filter(environment__in=environments)


def _in_use() -> Any:
    """Return the condition that a model runs somewhere, or that somebody may call it."""
    links = ReleaseVersion.objects.filter(model_version__ai_model=OuterRef(OuterRef("pk")), release=OuterRef("release"))
    granted = ModelGrant.objects.filter(ai_model=OuterRef("pk"), revoked_at=None, valid_until__gt=clock.now())
    return Exists(_running().filter(Exists(links))) | Exists(granted)


def _terms() -> Any:
    """Return the terms that hold today."""
    today = clock.today()
    return ProviderTerms.objects.filter(valid_from__lte=today).filter(Q(valid_until=None) | Q(valid_until__gte=today))


@register
class EndsWithoutExit(Rule):
    """A model version that runs here will soon be gone, and nobody has tried to do without it.

    Name a substitute for the model among the parts of this system and test the exit, or deploy a release without the
    version before its day.
    """

    id: ClassVar[str] = "MDL-001"
    subject: ClassVar[str] = "inventory.system"
    severity: ClassVar[Severity] = Severity.HIGH
    source: ClassVar[str] = "DORA, Art. 28(8): exit strategies are tested"
    title = _("A model ends soon, its exit is untested")
    due_days: ClassVar[int] = 14

    def failing(self) -> Any:
        """Return running systems with a version in its last days and no tested exit from a model."""
        today = clock.today()
        going = ReleaseVersion.objects.filter(
            release=OuterRef("release"), model_version__stage="deprecated", model_version__retires_on__gte=today,
            model_version__retires_on__lte=today + NOTICE,
        )  # fmt: skip
        tried = Component.objects.filter(system=OuterRef("pk"), kind="model", exit_tested_on__isnull=False)
        running = _running().filter(Exists(going), system=OuterRef("pk"))
        rows = AISystem.objects.filter(Exists(running), ~Exists(tried.exclude(exit_substitute="")))
        return _explained(rows, "A version that runs here is gone within ", str(NOTICE.days), " days.")


@register
class ModelWithoutOwner(Rule):
    """Nobody answers for this model: it has no owner, or its owner has left.

    Without an owner nobody validates, deprecates or explains it, and requests for it wait. Name one.
    """

    id: ClassVar[str] = "MDL-002"
    subject: ClassVar[str] = "registry.ai_model"
    severity: ClassVar[Severity] = Severity.MODERATE
    source: ClassVar[str] = "NIST AI RMF, Govern 2.1"
    title = _("Model without an owner")
    due_days: ClassVar[int] = 14

    def failing(self) -> Any:
        """Return models with nobody to answer for them, leaving out those whose versions are all gone."""
        versions = ModelVersion.objects.filter(ai_model=OuterRef("pk"))
        over = Exists(versions) & ~Exists(versions.exclude(stage="retired"))
        rows = AIModel.objects.filter(Q(owner=None) | Q(owner__is_active=False)).exclude(over)
        return _explained(rows, "It has no owner who is here.", owner=F("department__head_id"))


@register
class RunsUndescribed(Rule):
    """This version runs in production for a system of tier T1 or T2, and lacks its licence, its card or its validation.

    Those who rely on it cannot know what it is for, what it cannot do, and whether we may use it at all. Write down what
    is missing; somebody who did not register the version validates it.
    """

    id: ClassVar[str] = "MDL-003"
    subject: ClassVar[str] = "registry.model_version"
    severity: ClassVar[Severity] = Severity.HIGH
    source: ClassVar[str] = "ISO/IEC 42001 A.6.2.7; EU AI Act, Art. 11"
    title = _("Version in production without licence, card or validation")
    due_days: ClassVar[int] = 14

    def failing(self) -> Any:
        """Return versions in production for upper tiers that lack one of the three."""
        links = ReleaseVersion.objects.filter(model_version=OuterRef(OuterRef("pk")), release=OuterRef("release"))
        running = _running(["production"]).filter(UPPER).filter(Exists(links))
        unlicensed, undescribed = (
            Q(licence="", ai_model__licence=""),
            ~Exists(ModelCard.objects.filter(model_version=OuterRef("pk"))),
        )
        rows = ModelVersion.objects.filter(Exists(running)).filter(unlicensed | undescribed | Q(stage="candidate"))
        lacking = [
            Case(When(condition, then=Value(words)), default=Value(""))
            for condition, words in (
                (unlicensed, "No licence is on record. "), (undescribed, "It has no card. "),
                (Q(stage="candidate"), "Nobody has validated it. "),
            )
        ]  # fmt: skip
        return _explained(rows, *lacking, owner=Coalesce("ai_model__owner_id", "ai_model__department__head_id"))


@register
class ThirdPartyWithoutTerms(Rule):
    """This model of a third party is in use, and no terms that hold today are on record.

    Nobody knows where our data goes, how long it is kept and who else sees it. Read the terms and write them down.
    """

    id: ClassVar[str] = "MDL-004"
    subject: ClassVar[str] = "registry.ai_model"
    severity: ClassVar[Severity] = Severity.HIGH
    source: ClassVar[str] = "ISO/IEC 42001 A.10.3: suppliers"
    title = _("Third-party model without terms")
    due_days: ClassVar[int] = 14

    def failing(self) -> Any:
        """Return third parties' models in use without terms of today."""
        held = Exists(_terms().filter(ai_model=OuterRef("pk")))
        rows = AIModel.objects.filter(~held, _in_use(), provider__isnull=False)
        expired = Exists(ProviderTerms.objects.filter(ai_model=OuterRef("pk")))
        words = Case(
            When(expired, then=Value("The terms on record do not hold today.")),
            default=Value("No terms are on record."),
        )
        return _explained(rows, words, owner=ANSWERS)


@register
class TrainsOnOurData(Rule):
    """This model of a third party is in use, and its provider trains on what we send, or nobody knows whether it does.

    What it was once trained on comes back to others and cannot be called back. Agree on terms without training, or stop
    using it.
    """

    id: ClassVar[str] = "MDL-005"
    subject: ClassVar[str] = "registry.ai_model"
    severity: ClassVar[Severity] = Severity.HIGH
    source: ClassVar[str] = "GDPR, Art. 5(1)(b); ISO/IEC 42001 A.10.3"
    title = _("A provider may train on our data")
    due_days: ClassVar[int] = 14

    def failing(self) -> Any:
        """Return third parties' models in use whose terms of today do not rule training out."""
        trains = _terms().filter(ai_model=OuterRef("pk")).exclude(trains_on_our_data="no")
        rows = AIModel.objects.filter(Exists(trains), _in_use(), provider__isnull=False)
        words = Case(
            When(Exists(trains.filter(trains_on_our_data="yes")), then=Value("By its terms the provider trains on our data.")),
            default=Value("Whether the provider trains on our data is not known."),
        )  # fmt: skip
        return _explained(rows, words, owner=ANSWERS)


@register
class RunsInAnotherRegion(Rule):
    """A third party's model that runs here works in regions where this system's data may not go.

    Data that leaves the regions of a system has left its law too. Agree on the region with the provider, use another
    model, or have the gate decide on the wider regions first.
    """

    id: ClassVar[str] = "MDL-006"
    subject: ClassVar[str] = "inventory.system"
    severity: ClassVar[Severity] = Severity.HIGH
    source: ClassVar[str] = "GDPR, Art. 44"
    title = _("A model works outside the system's regions")
    due_days: ClassVar[int] = 14

    def failing(self) -> Any:
        """Return running systems of which a model's terms name a region outside the system's own, or none."""
        ai_model = "release__model_links__model_version__ai_model"
        running = _running().filter(**{f"{ai_model}__provider__isnull": False}).exclude(system__regions=[])
        pairs = set(running.values_list("system_id", ai_model))
        allowed = dict(running.values_list("system_id", "system__regions"))
        named = dict(
            _terms().filter(ai_model__in={one for _system, one in pairs}).values_list("ai_model_id", "regions")
        )
        outside = {
            system
            for system, one in pairs
            if one in named and not (named[one] and all(region_fits(name, allowed[system]) for name in named[one]))
        }
        rows = AISystem.objects.filter(pk__in=outside)
        return _explained(rows, "The terms of a model that runs here name other regions, or none.")


@register
class AliasToNothing(Rule):
    """An alias of this model points at a version that is retired, or whose day has passed.

    Whoever asks for the model by that name gets nothing, or something that nobody mends. Let it point elsewhere, or end
    it.
    """

    id: ClassVar[str] = "MDL-007"
    subject: ClassVar[str] = "registry.ai_model"
    severity: ClassVar[Severity] = Severity.MODERATE
    source: ClassVar[str] = "ISO/IEC 42001 A.6.2.6"
    title = _("An alias points at a retired version")
    due_days: ClassVar[int] = 7

    def failing(self) -> Any:
        """Return models with a standing alias that points at a version past its time."""
        gone = Q(model_version__stage="retired") | Q(model_version__retires_on__lt=clock.today())
        pointing = ModelAlias.objects.standing().filter(gone, ai_model=OuterRef("pk"))
        return _explained(
            AIModel.objects.filter(Exists(pointing)), "An alias points at a version past its time.", owner=ANSWERS
        )
