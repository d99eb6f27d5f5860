"""The import pages: upload, columns, check, decide, run, result. Each works without JavaScript."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.models import Department
from apps.kernel import clock, recording
from apps.kernel.permissions import Permission
from apps.web.events import Event as WebEvent
from apps.web.exports import csv_lines
from apps.web.pages import ListPage, page
from apps.web.responses import redirect_after, render_page

from . import forms_imports as forms
from . import operations
from .importing.planning import header_and_body, open_book
from .importing.sentences import notice_text, reason_text, why_guessed
from .models import Import, ImportRow, ImportState, MatchDecision, Outcome
from .queries_imports import problems, reconcile, with_result
from .rules_pure.importing.sheets import Unreadable
from .tables_imports import TONES, ImportFilters, ImportTable, RowFilters, RowTable

RUN = Permission.INVENTORY_IMPORT_RUN
SAMPLES = 3
STALLED_AFTER = timedelta(seconds=60)
MATCHES_AT_ONCE = 100
UNITS_AT_ONCE = 300


def find(request: HttpRequest, key: str) -> Import:
    """Return an import that the person may see."""
    return get_object_or_404(Import.objects.visible_to(request.user).without_bytes(), key=key)  # fmt: skip


class Imports(ListPage):
    """Imports, the newest first."""

    permission = RUN
    title = gettext_lazy("Imports")
    intro = gettext_lazy(
        "Bring an existing inventory in, whatever its columns are called. Nothing is approved by an import."
    )
    table = ImportTable
    filters = ImportFilters
    empty_title = gettext_lazy("No import yet")
    empty_text = gettext_lazy("Choose a CSV or XLSX file; you see what would happen before anything does.")

    def queryset(self, request: HttpRequest) -> Any:
        """Return the imports that the person may see."""
        return Import.objects.visible_to(request.user).without_bytes()

    def more(self, request: HttpRequest) -> dict[str, Any]:
        """Offer a new import."""
        return {"buttons": [{"label": _("Import a file"), "url": reverse("inventory:import_new"), "primary": True}]}


class ImportRows(ListPage):
    """Rows of one import with their outcomes and reasons."""

    permission = RUN
    table = RowTable
    filters = RowFilters
    export_name = "import-rows"

    def queryset(self, request: HttpRequest, key: str = "") -> Any:
        """Return the rows of the import, if the person may see it."""
        batch = find(request, key)
        self.title = _("Rows of %(key)s") % {"key": batch.key}
        self.batch = batch
        return with_result(ImportRow.objects.filter(batch=batch)).select_related("system", "batch")

    def more(self, request: HttpRequest) -> dict[str, Any]:
        """Lead back to the import."""
        return {
            "buttons": [{"label": _("Back to the import"), "url": reverse("inventory:import", args=[self.batch.key])}]
        }


@page(permission=RUN)
def import_new(request: HttpRequest) -> HttpResponse:
    """Ask for the file."""
    form = (
        forms.UploadForm(request.POST or None, request.FILES or None)
        if request.method == "POST"
        else forms.UploadForm()
    )
    if request.method == "POST" and form.is_valid():
        with form.problems():
            file = form.cleaned_data["file"]
            batch = operations.receive_import(
                actor=request.actor, file_name=file.name, content=file.read(), source=form.cleaned_data["source"],
                department=_usual_department(request), request_key=form.request_key,
            )  # fmt: skip
            return redirect_after(request, "inventory:import_columns", None, key=batch.key)
    return render_page(request, "inventory/import_new.html", {"form": form}, status=form.status)


def _usual_department(request: HttpRequest) -> Department | None:
    """Return the widest department into which the person may import."""
    return forms.departments_of(request.user).order_by("path").first()


@page(permission=RUN)
def import_columns(request: HttpRequest, key: str) -> HttpResponse:
    """Show how the file was read and what its columns are taken for; both can be changed."""
    batch = find(request, key)
    if not batch.is_open:
        return redirect_after(request, "inventory:import", None, key=batch.key)
    layout = forms.LayoutForm(batch=batch)
    form = forms.ColumnsForm(request.POST or None, batch=batch, person=request.user)
    if request.method == "POST" and form.is_valid():
        with form.problems():
            values = {
                name: value
                for name, value in form.cleaned_data.items()
                if not name.startswith(("column_", "submission"))
            }
            operations.arrange_import(
                actor=request.actor, batch=batch, mapping=form.mapping, department_plan=batch.department_plan, **values
            )
            operations.check_import(actor=request.actor, batch=batch)
            return redirect_after(request, "inventory:import", _("Checked. Nothing was taken yet."), key=batch.key)
    return _columns_page(request, batch, form, layout, form.status)


def _columns_page(request: HttpRequest, batch: Import, form: Any, layout: Any, status: int) -> HttpResponse:
    try:
        _header, body = header_and_body(open_book(batch).sheet(batch.sheet), batch.header_row)
    except Unreadable:
        body = []
    columns = []
    for place, title in enumerate(batch.header):
        samples = list(
            dict.fromkeys(row[place].strip()[:80] for row in body[:400] if place < len(row) and row[place].strip())
        )[:SAMPLES]
        guess = batch.guesses[place] if place < len(batch.guesses) else {}
        columns.append(
            {"title": title, "number": place + 1, "samples": samples, "bound": form[f"column_{place}"], "score": guess.get("score"),
             "why": why_guessed(guess)}
        )  # fmt: skip
    context = {
        "batch": batch, "form": form, "layout": layout, "columns": columns, "rows": len(body),
        "notices": [notice_text(notice) for notice in batch.notices],
    }  # fmt: skip
    return render_page(request, "inventory/import_columns.html", context, status=status)


@page(permission=RUN, methods=("POST",))
def import_layout(request: HttpRequest, key: str) -> HttpResponse:
    """Read the file another way."""
    batch = find(request, key)
    layout = forms.LayoutForm(request.POST, batch=batch)
    if layout.is_valid():
        with layout.problems():
            values = {
                name: layout.cleaned_data[name]
                for name in ("sheet", "header_row", "encoding", "delimiter")
                if name in layout.cleaned_data
            }
            if values.get("sheet", batch.sheet) != batch.sheet and values["header_row"] == batch.header_row:
                values["header_row"] = None
            operations.lay_out_import(actor=request.actor, batch=batch, **values)
            return redirect_after(
                request, "inventory:import_columns", _("Read anew; the columns were guessed again."), key=batch.key
            )
    form = forms.ColumnsForm(batch=batch, person=request.user)
    return _columns_page(request, batch, form, layout, layout.status)


@page(permission=RUN, methods=("GET",))
def import_detail(request: HttpRequest, key: str) -> HttpResponse:
    """Show what would happen, what is happening, or what happened: every number opens its rows."""
    batch = find(request, key)
    if batch.state == ImportState.PREPARING:
        return redirect_after(request, "inventory:import_columns", None, key=batch.key)
    return _detail_page(request, batch, forms.RunForm())


def _detail_page(request: HttpRequest, batch: Import, form: Any) -> HttpResponse:
    sums = reconcile(batch)
    done = batch.lines.exclude(outcome="").count() if not batch.is_open else 0
    rows_url = reverse("inventory:import_rows", args=[batch.key])
    context = {
        "batch": batch, "form": form, "sums": sums, "done": done, "rows_url": rows_url,
        "counts": [(outcome, label, sums.counts[outcome], TONES[outcome]) for outcome, label in Outcome.choices],
        "columns": _problem_columns(batch), "open_matches": _open_matches(batch).count(), "tone": TONES.get(batch.state, "neutral"),
        "matches": batch.lines.filter(match__isnull=False).count(),
        "possible": batch.lines.possible_duplicates().select_related("system", "match")[:MATCHES_AT_ONCE],
        "notices": [notice_text(notice) for notice in batch.notices],
        "stalled": batch.is_under_way and batch.advanced_at and batch.advanced_at < clock.now() - STALLED_AFTER,
        "may_run": batch.may_be_run_by(request.user),
    }  # fmt: skip
    return render_page(request, "inventory/import_detail.html", context, fragment="progress", status=form.status)


def _open_matches(batch: Import) -> Any:
    return batch.lines.filter(match__isnull=False, decision=MatchDecision.OPEN, outcome="")


def _problem_columns(batch: Import) -> list[tuple[str, int]]:
    named = batch.lines.filter(problem=True).values_list("columns", flat=True)
    return Counter(title for titles in named for title in titles).most_common(12)


@page(permission=RUN, methods=("POST",))
def import_run(request: HttpRequest, key: str) -> HttpResponse:
    """Start taking the rows, in the background."""
    batch = find(request, key)
    form = forms.RunForm(request.POST)
    if form.is_valid():
        with form.problems():
            operations.start_import(
                actor=request.actor,
                batch=batch,
                only_good=form.cleaned_data["only_good"] == "yes",
                request_key=form.request_key,
            )
            return redirect_after(request, "inventory:import", _("The import runs in the background."), key=batch.key)
    return _detail_page(request, batch, form)


@page(permission=RUN, methods=("POST",))
def import_continue(request: HttpRequest, key: str) -> HttpResponse:
    """Take an import up where it stopped."""
    operations.continue_import(actor=request.actor, batch=find(request, key))
    return redirect_after(request, "inventory:import", _("It goes on from the first row that is not done."), key=key)


@page(permission=RUN, methods=("POST",))
def import_discard(request: HttpRequest, key: str) -> HttpResponse:
    """Throw an import away before it runs."""
    operations.discard_import(actor=request.actor, batch=find(request, key))
    return redirect_after(request, "inventory:imports", _("Discarded. Nothing was taken."))


@page(permission=RUN)
def import_places(request: HttpRequest, key: str) -> HttpResponse:
    """Ask which department of ours each unit of the file stands for; what is left empty is put on record anew."""
    batch = find(request, key)
    counted = batch.lines.exclude(unit="").order_by("unit").values_list("unit").annotate(number=Count("pk"))
    counts = dict(counted[:UNITS_AT_ONCE])
    form = forms.PlacesForm(request.POST or None, batch=batch, units=list(counts), person=request.user)
    if request.method == "POST" and form.is_valid():
        with form.problems():
            others = {unit: path for unit, path in batch.department_plan.items() if unit not in counts}
            operations.arrange_import(
                actor=request.actor, batch=batch, mapping=batch.mapping, source=batch.source, department=batch.department,
                legal_entity=batch.legal_entity, organisation=batch.organisation, create_departments=batch.create_departments,
                department_plan=others | form.plan,
            )  # fmt: skip
            operations.check_import(actor=request.actor, batch=batch)
            return redirect_after(
                request, "inventory:import", _("Checked again with these departments."), key=batch.key
            )
    units = [(unit, number, form[f"unit_{place}"]) for place, (unit, number) in enumerate(counts.items())]
    context = {"batch": batch, "form": form, "units": units, "departments": forms.departments_of(request.user)[:2000]}
    return render_page(request, "inventory/import_places.html", context, status=form.status)


@page(permission=RUN)
def import_matches(request: HttpRequest, key: str) -> HttpResponse:
    """Ask of rows that sound like a system on record whether they are the same."""
    batch = find(request, key)
    lines = list(
        batch.lines.filter(match__isnull=False)
        .select_related("match__department")
        .order_by("decision", "row_number")[:MATCHES_AT_ONCE]
    )
    form = forms.MatchesForm(request.POST or None, lines=lines)
    if request.method == "POST" and form.is_valid():
        with form.problems():
            operations.decide_matches(actor=request.actor, batch=batch, decisions=form.decisions)
            left = _open_matches(batch).count()
            target = "inventory:import_matches" if left else "inventory:import"
            return redirect_after(request, target, _("%(left)s left to decide.") % {"left": left}, key=batch.key)
    context = {"batch": batch, "form": form, "pairs": [(line, form[f"row_{line.row_number}"]) for line in lines]}
    return render_page(request, "inventory/import_matches.html", context, status=form.status)


@page(permission=Permission.INVENTORY_INTAKE_TRIAGE, methods=("POST",))
def import_settle(request: HttpRequest, key: str) -> HttpResponse:
    """Decide on a possible duplicate that a batch left."""
    batch = find(request, key)
    row, decision = request.POST.get("row", ""), request.POST.get("decision", "")
    if not row.isdigit() or len(row) > 9 or decision not in (MatchDecision.SAME, MatchDecision.NEW):
        raise Http404
    operations.settle_duplicate(actor=request.actor, batch=batch, row_number=int(row), decision=decision)
    said = (
        _("Merged; the old key leads to the record that stays.")
        if decision == MatchDecision.SAME
        else _("Kept as another system.")
    )
    return redirect_after(request, "inventory:import", said, key=key)


@page(permission=RUN, methods=("GET",))
def import_row(request: HttpRequest, key: str, row: int) -> HttpResponse:
    """Show one row: its cells as the source wrote them, what became of it and why."""
    batch = find(request, key)
    line = get_object_or_404(batch.lines.select_related("system", "match"), row_number=row)
    titles = [*batch.header, *[""] * max(0, len(line.cells) - len(batch.header))]
    cells = [
        (title or f"#{place + 1}", line.cells[place] if place < len(line.cells) else "")
        for place, title in enumerate(titles)
    ]
    context = {
        "batch": batch,
        "line": line,
        "cells": cells,
        "tone": TONES.get(line.result, "neutral"),
        "reasons": [reason_text(r) for r in line.reasons],
    }
    return render_page(request, "inventory/import_row.html", context)


@page(permission=RUN, methods=("GET",))
def import_problems(request: HttpRequest, key: str) -> HttpResponse | StreamingHttpResponse:
    """Give the problems as a list to work through: one line for each reason."""
    batch = find(request, key)
    if not batch.lines.exists():
        raise Http404
    recording.record(
        event=WebEvent.LIST_EXPORTED,
        actor=request.actor,
        details={"list": "import-problems", "import": batch.key, "format": "csv"},
    )
    lines = batch.lines.filter(problem=True).order_by("row_number").iterator(chunk_size=500)
    told = ([said["row"], said["name"], said["column"], said["level"], said["text"]] for said in problems(lines))
    header = [_("Row"), _("Name"), _("Column"), _("Level"), _("Reason")]
    response = StreamingHttpResponse(
        csv_lines([str(title) for title in header], told), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="{batch.key}-problems.csv"'
    return response
