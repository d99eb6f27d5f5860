"""Reported reads, proofs and bundles, for programs."""

from __future__ import annotations

import json
import zlib
from typing import Any
from uuid import UUID

from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpResponse
from ninja import Schema
from ninja.errors import HttpError

from apps.catalog.models import AccessRecord
from apps.catalog.operations import accesslog, bundles, reads
from apps.kernel.errors import Invalid
from apps.kernel.permissions import Permission

from .routing import router

LARGEST_REPORT = 8 * 1024 * 1024


class ReportOut(Schema):
    """How many reads were written, how many were known, and the ids of those that no grant allowed."""

    taken: int
    known: int
    without_grant: list[str]


class ReadIn(Schema):
    """A read as it is reported; `id` is yours, and makes sending it again harmless."""

    id: UUID
    at: str
    subject: dict[str, str]
    dataset: str
    action: str = "read"
    fields: list[str] = []
    purpose: str = ""
    request_id: str = ""


class ReportIn(Schema):
    """Up to 1,000 reads; the body may be sent with gzip."""

    reads: list[ReadIn]


@router.post(
    "/access-log/reads",
    permission=Permission.CATALOG_ACCESS_EVALUATE,
    response=ReportOut,
    summary="Report reads of data",
    openapi_extra={"requestBody": {"content": {"application/json": {"schema": ReportIn.json_schema()}}}},
)
def report_reads(request: Any) -> Any:
    document = _document(request)
    if not isinstance(document, dict):
        raise HttpError(400, "The body is a JSON object.")
    request_id = request.headers.get("X-Request-ID", "")[:200]
    return reads.report_reads(
        actor=request.actor, reads=document.get("reads"), request_id=request_id if request_id.isprintable() else ""
    )


@router.get(
    "/access-log/{uuid:record_id}/proof",
    permission=Permission.CATALOG_ACCESS_VIEW_LOG,
    summary="The proof that a record of the access log is sealed",
)
def proof(request: Any, record_id: UUID) -> Any:
    if not AccessRecord.objects.visible_to(request.user).filter(pk=record_id).exists():
        raise Http404
    found = accesslog.proof_of(record_id)
    if found is None:
        raise Http404
    return found


@router.get("/access/bundle", permission=None, summary="The grants of a system or service, signed")
def bundle(request: Any, system: str = "", service: str = "") -> Any:
    """Answer with a JWS (EdDSA); the public keys are at /access/v1/keys."""
    if bool(system) == bool(service):
        raise Invalid({"system": ["Name a system or a service."]})
    issued = bundles.issue_bundle(
        actor=request.actor,
        kind="system" if system else "service",
        name=(system or service)[:400],
        issuer=request.build_absolute_uri("/").rstrip("/"),
    )
    return HttpResponse(issued.text, content_type="application/jose")


def _document(request: Any) -> Any:
    """Return the JSON body, unpacked within bounds."""
    try:
        body = request.body
    except RequestDataTooBig:
        raise HttpError(413, "The report is too large: send fewer reads at a time.") from None
    if request.headers.get("Content-Encoding", "").lower() == "gzip":
        body = _unpack(body)
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise HttpError(400, "The body is no JSON document.") from None


def _unpack(body: bytes) -> bytes:
    unpacking = zlib.decompressobj(wbits=31)
    try:
        found = unpacking.decompress(body, LARGEST_REPORT)
    except zlib.error:
        raise HttpError(400, "The body is not packed with gzip.") from None
    if unpacking.unconsumed_tail or not unpacking.eof:
        raise HttpError(413, "The report is larger than it says, or cut off.")
    return found
