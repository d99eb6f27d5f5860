"""Evidence for programs: what there is, where it is used, and the files themselves."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import ninja
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404

from apps.kernel.permissions import Permission
from apps.web.api import Page, Router, cursor_page

from . import views
from .models import Evidence

router = Router(tags=["Evidence"])


class EvidenceOut(ninja.Schema):
    """Evidence with the hash of its newest version."""

    key: str
    title: str
    owner: str
    expires_on: date | None
    latest: int
    uses: int
    created_at: datetime

    @staticmethod
    def resolve_owner(evidence: Any) -> str:
        """Give the owner's e-mail."""
        return str(evidence.owner.email)


class VersionOut(ninja.Schema):
    """One file as it came."""

    number: int
    filename: str
    media_type: str
    size: int
    sha256: str
    added_at: datetime


@router.get("/evidence", permission=Permission.EVIDENCE_FILE_VIEW, response=Page[EvidenceOut])
def evidence_files(request: Any) -> Any:
    """List the evidence the holder may see."""
    rows = Evidence.objects.visible_to(request.user).select_related("owner").annotate(uses=Count("links"))
    return cursor_page(request, rows, EvidenceOut, order=("key",))


@router.get("/evidence/{key}/versions", permission=Permission.EVIDENCE_FILE_VIEW, response=list[VersionOut])
def evidence_versions(request: Any, key: str) -> Any:
    """List the versions of one record of evidence."""
    evidence = get_object_or_404(Evidence.objects.visible_to(request.user), key=key)
    return list(evidence.versions.all())


@router.get("/evidence/{key}/versions/{number}/content", permission=Permission.EVIDENCE_FILE_VIEW)
def evidence_content(request: Any, key: str, number: int) -> HttpResponse:
    """Give a file out as an attachment; the reading is recorded."""
    return views.download.__wrapped__(request, key, number)
