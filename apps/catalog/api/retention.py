"""Retention, for programs: policies and what is due, legal holds, and deletions that a job attests."""

from __future__ import annotations

from base64 import b64decode
from datetime import date, datetime
from typing import Any, Literal

from django.db.models import Prefetch
from django.shortcuts import get_object_or_404
from ninja import Schema
from pydantic import Field, field_validator

from apps.catalog import operations
from apps.catalog.models import Dataset, LegalHold, RetentionPolicy, RetentionSource
from apps.catalog.queries.retention import due_list, overdue, standing_policy, told_to
from apps.evidence.models import Evidence
from apps.kernel.errors import Invalid
from apps.kernel.permissions import Permission
from apps.web.api import Page, cursor_page, request_key

from .routing import router


class PolicyIn(Schema):
    """How long rows are kept, in days, counted from a field or from their load."""

    days: int = Field(ge=1, le=36_500)
    counted_from: str = Field("", max_length=200)
    at_the_end: Literal["delete", "anonymise"] = "delete"
    basis: str = ""


class PolicyOut(PolicyIn):
    """A policy, when its next deletion is due, and the holds that beat it."""

    dataset: str
    source: str
    due_on: date
    holds: list[str]

    @staticmethod
    def resolve_dataset(row: Any) -> str:
        return str(row.dataset.key)

    @staticmethod
    def resolve_holds(row: Any) -> list[str]:
        return [hold.key for hold in row.dataset.standing_holds]


class HoldIn(Schema):
    """What must not go; datasets by their keys."""

    matter: str = Field(max_length=250)
    reason: str
    datasets: list[str] = Field(min_length=1, max_length=1000)


class HoldOut(Schema):
    """A legal hold; of its datasets those that the caller may know of."""

    key: str
    matter: str
    placed_at: datetime
    released_at: datetime | None
    datasets: list[str]

    @staticmethod
    def resolve_datasets(row: Any) -> list[str]:
        return sorted(dataset.key for dataset in row.seen_datasets)


class ReleaseIn(Schema):
    """Why a hold is let go."""

    reason: str


class Proof(Schema):
    """A file that proves a deletion, its content in Base64."""

    filename: str = Field(min_length=1, max_length=200)
    content: str

    @field_validator("content")
    @classmethod
    def _whole(cls, value: str) -> str:
        """Refuse what is not Base64 (RFC 4648) throughout: half a proof is none."""
        b64decode(value, validate=True)
        return value

    @property
    def parts(self) -> tuple[str, bytes]:
        """Return the name and the bytes."""
        return self.filename, b64decode(self.content)


class DeletionIn(Schema):
    """Rows that went: counts, the job, and the file, new or on record already."""

    up_to: date
    rows_before: int = Field(ge=0, lt=2**63)
    rows_deleted: int = Field(ge=0, lt=2**63)
    rows_after: int = Field(ge=0, lt=2**63)
    job: str = Field(min_length=1, max_length=200)
    evidence: str = ""
    proof: Proof | None = None
    copies: list[str] = []
    remark: str = ""


class DeletionOut(Schema):
    """An attested deletion; of the copies that went with it those that the caller may know of."""

    key: str
    up_to: date
    rows_before: int
    rows_deleted: int
    rows_after: int
    job_reference: str
    evidence: str
    copies: list[str]
    attested_at: datetime

    @staticmethod
    def resolve_evidence(row: Any) -> str:
        return str(row.evidence.key) if row.evidence else ""

    @staticmethod
    def resolve_copies(row: Any) -> list[str]:
        return sorted(dataset.key for dataset in row.seen_copies)


def _dataset(request: Any, key: str) -> Dataset:
    return get_object_or_404(Dataset.objects.visible_to(request.user).select_related("department"), key=key)


def _datasets(request: Any, keys: list[str], field: str) -> list[Dataset]:
    """Return datasets by their keys; one that the caller may not know of is not there."""
    found = {one.key: one for one in Dataset.objects.visible_to(request.user).filter(key__in=keys)}
    missing = [key for key in keys if key not in found]
    if missing:
        raise Invalid({field: [f"There is no dataset {missing[0]}."]})
    return [found[key] for key in dict.fromkeys(keys)]


def _told(request: Any, key: str) -> Dataset:
    return get_object_or_404(told_to(request.user), key=key)


def _seen(request: Any, relation: str) -> Prefetch[str]:
    """Fetch with rows the datasets that the caller may know of."""
    return Prefetch(relation, Dataset.objects.visible_to(request.user).only("key"), to_attr=f"seen_{relation}")


def _holds(request: Any) -> Any:
    return LegalHold.objects.visible_to(request.user).prefetch_related(_seen(request, "datasets"))


def _shown(policies: Any) -> Any:
    holds = Prefetch("dataset__legal_holds", LegalHold.objects.standing(), to_attr="standing_holds")
    return policies.select_related("dataset").prefetch_related(holds)


@router.get(
    "/retention",
    permission=Permission.CATALOG_RETENTION_VIEW,
    response=Page[PolicyOut],
    summary="How long data is kept and what is due to go; `overdue_only` leaves out what is held or has time",
)
def retention(request: Any, overdue_only: bool = False, cursor: str = "", limit: int = 50) -> Any:
    rows = (overdue() if overdue_only else due_list()).filter(dataset__in=told_to(request.user))
    return cursor_page(request, _shown(rows), PolicyOut, order=("due_on", "id"))


@router.get("/datasets/{key}/retention", permission=Permission.CATALOG_RETENTION_VIEW, response=PolicyOut)
def retention_of(request: Any, key: str) -> Any:
    policy = standing_policy(_told(request, key))
    return get_object_or_404(_shown(RetentionPolicy.objects.all()), pk=policy.pk if policy else None)


@router.put("/datasets/{key}/retention", permission=None, response=PolicyOut, summary="Say how long it is kept")
def retention_set(request: Any, key: str, data: PolicyIn) -> Any:
    policy = operations.set_policy(
        actor=request.actor, dataset=_dataset(request, key), source=RetentionSource.STEWARD, request_key=request_key(request),
        **data.dict(),
    )  # fmt: skip
    return _shown(RetentionPolicy.objects.all()).get(pk=policy.pk)


@router.get("/holds", permission=Permission.CATALOG_RETENTION_VIEW, response=Page[HoldOut], summary="Legal holds")
def holds(request: Any, standing: bool = False, cursor: str = "", limit: int = 50) -> Any:
    rows = _holds(request)
    return cursor_page(request, rows.standing() if standing else rows, HoldOut, order=("key",))


@router.post("/holds", permission=Permission.CATALOG_HOLD_PLACE, response={201: HoldOut}, summary="Place a legal hold")
def place_hold(request: Any, data: HoldIn) -> Any:
    made = operations.place_hold(
        actor=request.actor, matter=data.matter, reason=data.reason,
        datasets=_datasets(request, data.datasets, "datasets"), request_key=request_key(request),
    )  # fmt: skip
    return 201, _holds(request).get(pk=made.pk)


@router.post("/holds/{key}/release", permission=Permission.CATALOG_HOLD_PLACE, response=HoldOut)
def release_hold(request: Any, key: str, data: ReleaseIn) -> Any:
    hold = get_object_or_404(LegalHold.objects.visible_to(request.user), key=key)
    operations.release_hold(actor=request.actor, hold=hold, reason=data.reason, request_key=request_key(request))
    return _holds(request).get(pk=hold.pk)


@router.get("/datasets/{key}/deletions", permission=Permission.CATALOG_RETENTION_VIEW, response=Page[DeletionOut])
def deletions(request: Any, key: str, cursor: str = "", limit: int = 50) -> Any:
    rows = _told(request, key).deletions.select_related("evidence").prefetch_related(_seen(request, "copies"))
    return cursor_page(request, rows, DeletionOut, order=("id",))


@router.post(
    "/datasets/{key}/deletions",
    permission=None,
    response={201: DeletionOut},
    summary="Attest that rows went, with counts, job and file; refused while a hold keeps them",
)
def deletion_attest(request: Any, key: str, data: DeletionIn) -> Any:
    dataset = _dataset(request, key)
    evidence = None
    if data.evidence:
        evidence = Evidence.objects.visible_to(request.user).filter(key=data.evidence).first()
        if evidence is None:
            raise Invalid({"evidence": [f"There is no evidence {data.evidence}."]})
    made = operations.attest_deletion(
        actor=request.actor, dataset=dataset, up_to=data.up_to, rows_before=data.rows_before,
        rows_deleted=data.rows_deleted, rows_after=data.rows_after, job_reference=data.job, evidence=evidence,
        proof=data.proof.parts if data.proof else None,
        copies=_datasets(request, data.copies, "copies"), remark=data.remark, request_key=request_key(request),
    )  # fmt: skip
    return 201, dataset.deletions.prefetch_related(_seen(request, "copies")).get(pk=made.pk)
