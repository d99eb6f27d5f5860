"""Lists of imports and of their rows."""

from __future__ import annotations

from typing import Any, ClassVar

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from apps.web.filters import Facet, Filters, Search
from apps.web.tables import Column, Table
from apps.web.templatetags.gatehouse import badge, moment

from .importing.sentences import reason_text
from .models import Import, ImportRow, ImportState, Outcome

TONES = {
    "created": "good", "updated": "info", "unchanged": "neutral", "duplicate": "warning", "rejected": "bad", "blank": "neutral",
    "done": "good", "running": "info", "waiting": "info", "checked": "neutral", "preparing": "neutral", "stopped": "bad", "discarded": "neutral",
}  # fmt: skip


class ImportTable(Table):
    """Imports, the newest first."""

    columns: ClassVar[list[Column]] = [
        Column("key", _("Key"), order="key"),
        Column("source", _("Source")),
        Column("file", _("File"), cell=lambda batch: batch.file.name, value=lambda batch: batch.file.name),
        Column(
            "state",
            _("State"),
            cell=lambda batch: badge(batch.get_state_display(), TONES.get(batch.state, "neutral")),
            value=lambda batch: batch.get_state_display(),
        ),
        Column("rows", _("Rows"), numeric=True),
        Column(
            "requested_by",
            _("By"),
            cell=lambda batch: batch.requested_by or batch.requester,
            value=lambda batch: str(batch.requested_by or batch.requester),
        ),
        Column("created_at", _("Received"), cell=lambda batch: moment(batch.created_at), order="created_at"),
    ]
    default_order = "-created_at"

    def row_url(self, row: Import) -> str:
        """Lead to the import."""
        return reverse("inventory:import", args=[row.key])


class ImportFilters(Filters):
    """By state."""

    search = Search(["key", "source", "file__name"])
    facets: ClassVar[list[Facet]] = [Facet("state", _("State"), ImportState.choices)]


def _reasons(line: ImportRow) -> Any:
    return format_html_join("", "<p>{}</p>", ((reason_text(reason),) for reason in line.reasons))


def _system(line: ImportRow) -> Any:
    if line.system is None:
        return ""
    return format_html(
        '<a class="key" href="{}">{}</a>', reverse("inventory:system", args=[line.system.key]), line.system.key
    )


class RowTable(Table):
    """Rows of an import with what became of them and why."""

    columns: ClassVar[list[Column]] = [
        Column("row_number", _("Row"), order="row_number", numeric=True),
        Column("name", _("Name")),
        Column("unit", _("Unit")),
        Column(
            "result",
            _("Outcome"),
            cell=lambda line: badge(line.get_result_display(), TONES.get(line.result, "neutral")),
            value=lambda line: line.get_result_display(),
        ),
        Column("system", _("System"), cell=_system, value=lambda line: line.system.key if line.system else ""),
        Column(
            "reasons",
            _("Reasons"),
            cell=_reasons,
            value=lambda line: " ".join(reason_text(reason) for reason in line.reasons),
        ),
    ]
    default_order = "row_number"

    def row_url(self, row: ImportRow) -> str:
        """Lead to the row with its cells."""
        return reverse("inventory:import_row", args=[row.batch.key, row.row_number])


def _columns_of(request: Any) -> list[tuple[str, str]]:
    key = request.resolver_match.kwargs.get("key", "")
    named = ImportRow.objects.visible_to(request.user).filter(batch__key=key).exclude(columns=[])
    return [
        (title, title[:60])
        for title in sorted({title for titles in named.values_list("columns", flat=True) for title in titles})
    ]


def _with_reason(queryset: Any, values: list[str]) -> Any:
    return queryset.filter(problem="problem" in values) if len(values) == 1 else queryset


class RowFilters(Filters):
    """By outcome, by the column that a reason is about, by whether there is a problem."""

    search = Search(["name", "identity", "unit"])
    facets: ClassVar[list[Facet]] = [
        Facet("outcome", _("Outcome"), Outcome.choices, apply=lambda rows, values: rows.filter(result_now__in=values)),
        Facet("problem", _("Problems"), (("problem", _("With a problem")), ("none", _("Without"))), apply=_with_reason),
        Facet("column", _("Column"), _columns_of, apply=lambda rows, values: rows.filter(columns__overlap=values)),
    ]
