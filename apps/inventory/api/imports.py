"""Imports for programs: send a file, read what would happen, run it, and account for every row."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.shortcuts import get_object_or_404
from ninja import File, Form, Schema, UploadedFile

from apps.accounts.models import Department
from apps.accounts.reach import reach
from apps.inventory import operations
from apps.inventory.importing.sentences import reason_text
from apps.inventory.models import Import, ImportRow
from apps.inventory.queries_imports import reconcile, with_result
from apps.inventory.rules_pure.importing.sheets import MOST_BYTES
from apps.kernel.errors import Invalid
from apps.kernel.permissions import Permission
from apps.web.api import Page, cursor_page, request_key

from .schemas import router

RUN = Permission.INVENTORY_IMPORT_RUN


class ImportOut(Schema):
    """An import: how its file is read, how far it is."""

    key: str
    source: str
    state: str
    sheet: str
    header_row: int
    encoding: str
    rows: int
    next_row: int
    created_at: datetime
    finished_at: datetime | None = None
    message: str


class ImportDetail(ImportOut):
    """The same with what its columns mean and what becomes of its rows; the counts add up to the rows."""

    columns: dict[str, str]
    counts: dict[str, int]
    possible_duplicates: int

    @staticmethod
    def resolve_columns(batch: Import) -> dict[str, str]:
        """Name the column by its header."""
        return {str(title) or f"#{place + 1}": batch.mapping[place] for place, title in enumerate(batch.header)}

    @staticmethod
    def resolve_counts(batch: Import) -> dict[str, int]:
        """Count rows by outcome."""
        return reconcile(batch).counts

    @staticmethod
    def resolve_possible_duplicates(batch: Import) -> int:
        """Count the likely matches that nobody decided on."""
        return reconcile(batch).possible_duplicates


class ImportRowOut(Schema):
    """A row with what becomes of it, and why."""

    row_number: int
    name: str
    unit: str
    outcome: str
    system: str | None = None
    likely_match: str | None = None
    decision: str
    reasons: list[str]

    @staticmethod
    def resolve_outcome(line: ImportRow) -> str:
        """Return what became of it, or what the check foresees."""
        return line.result

    @staticmethod
    def resolve_system(line: ImportRow) -> str | None:
        """Return the system's key."""
        return line.system.key if line.system else None

    @staticmethod
    def resolve_likely_match(line: ImportRow) -> str | None:
        """Return the key of the system that it sounds like."""
        return line.match.key if line.match else None

    @staticmethod
    def resolve_reasons(line: ImportRow) -> list[str]:
        """Return the reasons as sentences."""
        return [reason_text(reason) for reason in line.reasons]


class ColumnsIn(Schema):
    """What columns mean: header (or "#3") to field; an empty field keeps the column as it stands. Others stay."""

    columns: dict[str, str]


class MatchesIn(Schema):
    """Per row number: "same" or "new"."""

    decisions: dict[int, str]


class RunIn(Schema):
    """Whether good rows are taken though others cannot be."""

    only_good: bool = False


def find_import(request: Any, key: str) -> Import:
    """Return an import that the caller may see."""
    return get_object_or_404(Import.objects.visible_to(request.user).without_bytes(), key=key)


@router.get("/imports", permission=RUN, response=Page[ImportOut], summary="List imports that you may see")
def imports(request: Any, cursor: str = "", limit: int = 50) -> Any:
    return cursor_page(request, Import.objects.visible_to(request.user).without_bytes(), ImportOut, order=("key",))


@router.post("/imports", permission=RUN, response={201: ImportDetail}, summary="Send a file; it is read and checked")
def receive_import(
    request: Any,
    file: UploadedFile = File(...),  # noqa: B008 - how the framework declares a file
    source: str = Form(""),
    department: str = Form(""),
) -> Any:
    if file.size is None or file.size > MOST_BYTES:
        raise Invalid({"file": ["The file is larger than 15 MB."]})
    within = Department.objects.filter(reach(request.user, RUN, department="pk")).order_by("path")
    target = within.filter(path=department.strip("/") + "/").first() if department else within.first()
    if department and target is None:
        raise Invalid({"department": ["There is no department with this path into which you may import."]})
    batch = operations.receive_import(
        actor=request.actor, file_name=file.name or "file", content=file.read(), source=source, department=target,
        request_key=request_key(request),
    )  # fmt: skip
    if batch.is_open and "name" in batch.mapping:
        batch = operations.check_import(actor=request.actor, batch=batch)
    return 201, batch


@router.get("/imports/{key}", permission=RUN, response=ImportDetail, summary="An import")
def import_detail(request: Any, key: str) -> Any:
    return find_import(request, key)


@router.get("/imports/{key}/rows", permission=RUN, response=Page[ImportRowOut], summary="Its rows and their outcomes")
def import_rows(request: Any, key: str, outcome: str = "", cursor: str = "", limit: int = 50) -> Any:
    rows = with_result(ImportRow.objects.filter(batch=find_import(request, key))).select_related("system", "match")
    rows = rows.filter(result_now=outcome) if outcome else rows
    return cursor_page(request, rows, ImportRowOut, order=("row_number",))


@router.put(
    "/imports/{key}/columns", permission=RUN, response=ImportDetail, summary="Say what columns mean; check again"
)
def import_columns(request: Any, key: str, data: ColumnsIn) -> Any:
    batch = find_import(request, key)
    titles = [str(title) or f"#{place + 1}" for place, title in enumerate(batch.header)]
    unknown = sorted(set(data.columns) - set(titles))
    if unknown:
        raise Invalid({"columns": [f"There is no column “{title}”." for title in unknown[:5]]})
    mapping = [data.columns.get(title, batch.mapping[place]) for place, title in enumerate(titles)]
    batch = operations.arrange_import(
        actor=request.actor, batch=batch, mapping=mapping, source=batch.source, department=batch.department,
        legal_entity=batch.legal_entity, organisation=batch.organisation, create_departments=batch.create_departments,
        department_plan=batch.department_plan,
    )  # fmt: skip
    return operations.check_import(actor=request.actor, batch=batch)


@router.post("/imports/{key}/matches", permission=RUN, response=ImportDetail, summary="Decide on likely matches")
def import_matches(request: Any, key: str, data: MatchesIn) -> Any:
    batch = find_import(request, key)
    operations.decide_matches(actor=request.actor, batch=batch, decisions=data.decisions)
    return batch


@router.post(
    "/imports/{key}/run", permission=RUN, response={202: ImportDetail}, summary="Take the rows, in the background"
)
def import_run(request: Any, key: str, data: RunIn) -> Any:
    batch = find_import(request, key)
    return 202, operations.start_import(
        actor=request.actor, batch=batch, only_good=data.only_good, request_key=request_key(request)
    )
