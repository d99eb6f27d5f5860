"""Tables: rows rendered in Python by small functions that escape and join; keyset pages; capped counts.

Django's template engine costs ten times as much for the same rows (docs/decisions), so only the page around the table
is a template.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import HttpRequest
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString

COUNT_CAP = 1000


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `cell(row)` for people, `value(row)` for exports, `order` names an indexed field."""

    name: str
    label: Any
    cell: Callable[[Any], Any] | None = None
    order: str = ""
    value: Callable[[Any], Any] | None = None
    numeric: bool = False

    def shown(self, row: Any) -> str:
        """Return the cell's HTML; anything not marked safe is escaped."""
        content = self.cell(row) if self.cell else getattr(row, self.name, "")
        return conditional_escape("" if content is None else content)

    def exported(self, row: Any) -> Any:
        """Return the cell's value for a spreadsheet."""
        if self.value:
            return self.value(row)
        content = getattr(row, self.name, "")
        return content() if callable(content) else content


class Table:
    """What a list looks like. Sorting is by allow-listed columns only, always with the key as the last word."""

    columns: ClassVar[Sequence[Column]] = ()
    default_order: ClassVar[str] = ""
    caption: ClassVar[Any] = ""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.order, self.descending = self._wanted_order()

    def row_url(self, row: Any) -> str:
        """Return where the row's first cell leads, or nothing."""
        return ""

    def _wanted_order(self) -> tuple[str, bool]:
        asked = self.request.GET.get("sort", "") or self.default_order
        descending = asked.startswith("-")
        for column in self.columns:
            if column.order and column.name == asked.lstrip("-"):
                return column.order, descending
        for column in self.columns:
            if column.order:
                return column.order, False
        return "pk", False

    def sorted(self, queryset: Any) -> Any:
        """Order the rows by the wanted column and the key."""
        sign = "-" if self.descending else ""
        return (
            queryset.order_by(f"{sign}{self.order}", f"{sign}pk")
            if self.order != "pk"
            else queryset.order_by(f"{sign}pk")
        )

    def headers(self) -> list[dict[str, Any]]:
        """Return the head of each column with the address that sorts by it."""
        found = []
        for column in self.columns:
            current = column.order and column.order == self.order
            query = self.request.GET.copy()
            query.pop("after", None)
            query["sort"] = f"-{column.name}" if current and not self.descending else column.name
            direction = ("descending" if self.descending else "ascending") if current else "none"
            url = f"?{query.urlencode()}" if column.order else ""
            found.append({"column": column, "url": url, "direction": direction})
        return found

    def render(self, rows: Iterable[Any]) -> SafeString:
        """Return the body of the table as HTML."""
        heads = [(self._cell_kind(column), str(column.label)) for column in self.columns]
        return format_html_join("", "<tr>{}</tr>", ((self._cells(row, heads),) for row in rows))

    def _cells(self, row: Any, heads: list[tuple[SafeString, str]]) -> SafeString:
        shown = [column.shown(row) for column in self.columns]
        if shown and (url := self.row_url(row)):
            shown[0] = format_html('<a href="{}">{}</a>', url, shown[0])
        cells = ((kind, label, content) for (kind, label), content in zip(heads, shown, strict=True))
        return format_html_join("", '<td{} data-label="{}">{}</td>', cells)

    def _cell_kind(self, column: Column) -> SafeString:
        name = "number" if column.numeric else "key" if column.name.endswith("key") else ""
        return format_html(' class="{}"', name) if name else SafeString("")


@dataclass(frozen=True, slots=True)
class CursorPage:
    """A page of rows and the cursor of the next one."""

    rows: list[Any]
    after: str
    notice: bool = False


def take_page(queryset: Any, table: Table, after: str, size: int) -> CursorPage:
    """Take the rows after a cursor; a cursor that is none leads to the first page, with a notice."""
    bounds, notice = decode_cursor(after), False
    if bounds is not None:
        try:
            rows = list(after_bounds(queryset, table.order, table.descending, bounds)[: size + 1])
        except (ValueError, TypeError, ArithmeticError, ValidationError):
            rows, notice = list(queryset[: size + 1]), True
    else:
        rows, notice = list(queryset[: size + 1]), bool(after)
    more = len(rows) > size
    rows = rows[:size]
    return CursorPage(rows, encode_cursor(table.order, rows[-1]) if more else "", notice)


def after_bounds(queryset: Any, order: str, descending: bool, bounds: tuple[Any, str]) -> Any:
    """Keep the rows after (value, key) in the given order; empty values stand last ascending, first descending."""
    value, key = bounds
    queryset = queryset.exclude(pk=key) if order == "pk" else queryset
    direction = "lt" if descending else "gt"
    if order == "pk":
        return queryset.filter(**{f"pk__{direction}": key})
    same = Q(**{f"{order}": value}) if value is not None else Q(**{f"{order}__isnull": True})
    tie = same & Q(**{f"pk__{direction}": key})
    if value is None:
        return queryset.filter(tie | Q(**{f"{order}__isnull": False})) if descending else queryset.filter(tie)
    beyond = Q(**{f"{order}__{direction}": value})
    if not descending:
        beyond |= Q(**{f"{order}__isnull": True})
    return queryset.filter(beyond | tie)


def encode_cursor(order: str, row: Any) -> str:
    """Return the opaque cursor that stands after a row."""
    value: Any = row
    for part in order.split("__") if order != "pk" else []:
        value = getattr(value, part, None)
    plain = None if order == "pk" or value is None else value if isinstance(value, int | str) else str(value)
    return base64.urlsafe_b64encode(json.dumps([plain, str(row.pk)]).encode()).decode().rstrip("=")


def decode_cursor(cursor: str) -> tuple[Any, str] | None:
    """Read a cursor; None for anything else."""
    if not cursor or len(cursor) > 1000:
        return None
    try:
        value, key = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error, TypeError):
        return None
    if not isinstance(key, str) or not (value is None or isinstance(value, str | int)) or "\x00" in f"{value}{key}":
        return None
    return value, key


def count_capped(queryset: Any) -> str:
    """Return how many rows there are, "1,000+" beyond the cap: an exact count costs many times the page."""
    number = queryset.order_by().values("pk")[: COUNT_CAP + 1].count()
    return f"{COUNT_CAP:,}+" if number > COUNT_CAP else f"{number:,}"


__all__ = ["Column", "CursorPage", "Table", "count_capped", "take_page"]
