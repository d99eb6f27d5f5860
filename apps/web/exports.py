"""Exports of lists: CSV and XLSX, streamed, bounded, with cells that no spreadsheet takes for formulas."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from tempfile import TemporaryFile
from typing import Any

from django.http import FileResponse, HttpResponse, StreamingHttpResponse
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from apps.kernel import clock

FORMATS = ("csv", "xlsx")
MOST_ROWS = 100_000
# What spreadsheets read as the beginning of a formula, the full-width forms and the invisible ones among them.
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def harmless(value: Any) -> Any:
    """Return a cell's value as text that stays text: a leading apostrophe keeps a spreadsheet from calculating."""
    if value is None or isinstance(value, bool | int | Decimal | float):
        return value
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple | set):
        value = ", ".join(str(item) for item in value)
    text = ILLEGAL_CHARACTERS_RE.sub("", str(value))
    return f"'{text}" if text.lstrip(" \u00a0\ufeff").startswith(DANGEROUS) or text.startswith(DANGEROUS) else text


def respond(wanted: str, name: str, table: Any, rows: Any) -> HttpResponse | StreamingHttpResponse | FileResponse:
    """Answer with the rows as a file."""
    header = [str(column.label) for column in table.columns]
    lines = ([column.exported(row) for column in table.columns] for row in rows[:MOST_ROWS].iterator(chunk_size=500))
    file_name = f"{name}-{clock.now():%Y-%m-%d}.{wanted}"
    if wanted == "csv":
        response = StreamingHttpResponse(csv_lines(header, lines), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{file_name}"'
        return response
    output = TemporaryFile()  # noqa: SIM115 - the response closes it
    workbook(header, lines, name).save(output)  # one-writer: a file, no record
    output.seek(0)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return FileResponse(output, as_attachment=True, filename=file_name, content_type=kind)


def csv_lines(header: list[str], lines: Iterable[list[Any]]) -> Iterator[str]:
    """Write CSV line by line, beginning with the mark that tells spreadsheets it is UTF-8."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    yield "\ufeff"
    writer.writerow([harmless(cell) for cell in header])
    for line in lines:
        writer.writerow(["" if (cell := harmless(item)) is None else cell for item in line])
        if buffer.tell() > 16_384:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def workbook(header: list[str], lines: Iterable[list[Any]], title: str) -> Workbook:
    """Return the rows as a workbook of one sheet."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    sheet.append([harmless(cell) for cell in header])
    for line in lines:
        sheet.append([harmless(cell) for cell in line])
    return book
