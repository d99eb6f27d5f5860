"""Permits: whether one still counts, and which of those that have not expired do not."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, F, Func, IntegerField, OuterRef, Q, Value

from apps.inventory.models import AISystem, OperatingStatus, Release
from apps.kernel import clock
from apps.registry.models import DeploymentPermit, ModelVersion, ReleaseVersion, VersionStage
from apps.registry.permissions.deployments import why_closed

from .deployments import why_not

AROUND = ("system", "release", "authorisation__system")


def around(rows: Any) -> Any:
    """Return permits with all that `objection` looks at, so that many of them take one statement."""
    return rows.select_related(*AROUND).annotate(holds_retired=Exists(_retired(OuterRef("release_id"))))


def _retired(release: Any) -> Any:
    return ReleaseVersion.objects.filter(release_id=release, model_version__stage=VersionStage.RETIRED)


def objection(permit: DeploymentPermit) -> str:
    """Return why a permit counts no more, in one word: expired, revoked, closed, suspended, withdrawn, retired, or how its
    authorisation stands; empty: it counts."""
    if permit.revoked_at is not None:
        return "revoked"
    if permit.expires_at <= clock.now():
        return "expired"
    if why_closed(permit.system):
        return "suspended" if permit.system.operating_status == OperatingStatus.SUSPENDED else "closed"
    if permit.release.withdrawn_at is not None:
        return "withdrawn"
    retired = getattr(permit, "holds_retired", None)
    if _retired(permit.release_id).exists() if retired is None else retired:
        return "retired"
    status = permit.authorisation.status()[0]
    return "" if status == "valid" else f"authorisation_{status}"


def refused_permits() -> list[tuple[str, str]]:
    """Return the ids of permits that have not expired and do not count, each with why."""
    rows = around(DeploymentPermit.objects.filter(expires_at__gt=clock.now())).order_by("issued_at")
    return [(str(row.pk), why) for row in rows if (why := objection(row))]


def reasons_against(release: Release, environment: str) -> list[str]:
    """Return what speaks against deploying a release in an environment now; nothing: it may."""
    closed, why = why_closed(release.system), why_not(release, environment)
    return [one for one in (closed, why) if one]


def whom_to_ask(system: AISystem) -> list[str]:
    """Return who answers for a system and can bring a release to its gate, by name and address."""
    return [f"{one.name} <{one.email}>" for one in (system.owner, system.deputy) if one is not None and one.is_active]


def digests_of(release: Release) -> list[str]:
    """Return the digests that a release admits: of its parts, and of the artefacts behind its versions."""
    found = {item["digest"] for item in release.items if item["digest"]}
    versions = ModelVersion.objects.filter(release_links__release=release).exclude(artefact_digest="")
    return sorted(found | set(versions.values_list("artefact_digest", flat=True)))


def newest_holding(system: AISystem, digest: str) -> Release | None:
    """Return the newest release that admits a digest, of those that were not withdrawn."""
    behind = ReleaseVersion.objects.filter(release=OuterRef("pk"), model_version__artefact_digest=digest)
    # Where the text of a release holds the digest it may stand elsewhere than in a part: what is found is read.
    said = Func(Value(digest.encode()), F("content"), template="position(%(expressions)s)", arg_joiner=" in ",
                output_field=IntegerField())  # fmt: skip
    rows = system.releases.filter(withdrawn_at=None).annotate(behind=Exists(behind), said=said)
    found = rows.filter(Q(behind=True) | Q(said__gt=0)).order_by("-number")
    return next((one for one in found if one.behind or any(digest == item["digest"] for item in one.items)), None)


def find(text_digest: str) -> Any:
    """Return the permit whose signed text has a digest."""
    return around(DeploymentPermit.objects.filter(digest=text_digest)).first()
