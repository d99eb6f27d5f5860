"""Where what should run and what was seen running, and what one may go back to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, Subquery
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from apps.inventory.models import AISystem, Authorisation, AuthorisationKind, Release, Stage
from apps.inventory.queries import changed_labels, covering
from apps.registry.models import GATED, Deployment, ModelVersion, Side, VersionStage


@dataclass(frozen=True, slots=True)
class Place:
    """One environment and region of a system: what should run there, and what was seen."""

    system: AISystem
    environment: str
    region: str
    desired: Deployment | None
    observed: Deployment | None

    @property
    def differs(self) -> bool:
        """Tell whether what was seen is not what should run."""
        if self.desired is None or self.observed is None:
            return self.observed is not None and self.environment in GATED
        return self.desired.release_id != self.observed.release_id


def places_of(system: AISystem) -> list[Place]:
    """Return every place where something of a system should run or was seen, by environment and region."""
    found: dict[tuple[str, str], dict[str, Deployment]] = {}
    rows = Deployment.objects.filter(system=system).standing().select_related("release", "authorisation")
    for row in rows:
        row.system = system
        found.setdefault((row.environment, row.region), {})[row.side] = row
    return [
        Place(system, environment, region, sides.get(Side.DESIRED), sides.get(Side.OBSERVED))
        for (environment, region), sides in sorted(found.items())
    ]


def beside(rows: Any) -> Any:
    """Return deployments with what stands on the other side of their place: its release and what it called itself."""
    here = {name: OuterRef(name) for name in ("system_id", "environment", "region")}
    other = Deployment.objects.filter(**here, valid_until=None).exclude(side=OuterRef("side"))
    return rows.annotate(
        other_id=Subquery(other.values("release_id")[:1]), other_label=Subquery(other.values("observed_label")[:1]),
        other_release=Subquery(other.values("release__key")[:1]), other_name=Subquery(other.values("release__name")[:1]),
    )  # fmt: skip


def standing(system: AISystem, environment: str, region: str, side: str) -> Deployment | None:
    """Return what stands in a place on one side."""
    rows = Deployment.objects.filter(system=system, environment=environment, region=region, side=side)
    return rows.standing().select_related("release").first()


def seen_later(system: AISystem, environment: str, region: str, at: Any) -> Deployment | None:
    """Return what was seen in a place and had not ended at a moment, and has ended since."""
    rows = Deployment.objects.filter(system=system, environment=environment, region=region, side=Side.OBSERVED)
    return rows.filter(valid_until__gt=at).order_by("-valid_until").first()


@dataclass(frozen=True, slots=True)
class Choice:
    """A release one might go back to; without an authorisation, why not, and whether an emergency could."""

    release: Release
    authorisation: Authorisation | None
    why_not: str
    once_approved: bool


def choices_back(system: AISystem, environment: str, region: str) -> list[Choice]:
    """Return the earlier releases of what should run in a place, the newest first, each with what speaks against it."""
    now = standing(system, environment, region, Side.DESIRED)
    earlier = system.releases.order_by("-number")
    earlier = earlier.filter(number__lt=now.release.number) if now else earlier.none()
    return [choice_of(release, environment) for release in earlier[:20]]


def choice_of(release: Release, environment: str) -> Choice:
    """Return what speaks for and against running a release in an environment now."""
    found = covering(release, environment) if environment in GATED else None
    why = why_not(release, environment)
    once = release.withdrawn_at is None and approved_there(release, environment).exists()
    return Choice(release, found, why, once)


def approved_there(release: Release, environment: str) -> Any:
    """Return every decision that ever let a release into an environment; production covers pilot."""
    environments = ["pilot", "production"] if environment == "pilot" else [environment]
    return Authorisation.objects.filter(release=release, kind=AuthorisationKind.DECISION, environment__in=environments)


def why_not(release: Release, environment: str) -> str:
    """Return the sentence that says why a release may not run in an environment now; empty: it may."""
    if release.withdrawn_at is not None:
        return _("%(release)s was withdrawn: %(why)s") % {"release": release.key, "why": release.withdrawn_reason}
    retired = ModelVersion.objects.filter(release_links__release=release, stage=VersionStage.RETIRED).first()
    if retired is not None:
        return _("%(version)s in it is retired.") % {"version": retired}
    if environment not in GATED:
        return ""
    if covering(release, environment) is None:
        return _why_not_covered(release, environment)
    return _why_not_there_yet(release.system, environment)


def _why_not_there_yet(system: AISystem, environment: str) -> str:
    """Return why an approved release waits: its system has to take the step that the gate opened; the database holds it."""
    if system.stage in (Stage.PRODUCTION, Stage.RETIRING) or (system.stage, environment) == (Stage.PILOT, "pilot"):
        return ""
    words = {"system": system.key, "stage": system.get_stage_display(), "environment": environment}
    return _("%(system)s is in stage %(stage)s: take it on before it runs in %(environment)s.") % words


def _why_not_covered(release: Release, environment: str) -> str:
    latest = approved_there(release, environment).select_related("system").order_by("-issued_at").first()
    words = {"release": release.key, "environment": environment}
    if latest is None:
        return _("No gate has approved %(release)s for %(environment)s.") % words
    words |= {"key": latest.key, "why": latest.revoked_reason, "until": date_format(latest.valid_until, "j F Y")}
    status = latest.status()[0]
    if status == "stale":
        labels = changed_labels(latest.system, latest.material_revision)
        words |= {"fields": ", ".join(labels) or _("its content")}
        return _("%(key)s is stale: after the decision this changed: %(fields)s.") % words
    if status == "revoked":
        return _("%(key)s was revoked: %(why)s") % words
    if status == "future":
        return _("%(key)s is not in force yet.") % words
    return _("%(key)s expired on %(until)s.") % words
