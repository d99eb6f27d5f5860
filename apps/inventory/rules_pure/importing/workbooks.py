"""Workbooks (XLSX): every sheet as text, with bounds on what may unpack from the file."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from datetime import date, datetime, time, timedelta
from typing import Any

from openpyxl import load_workbook

from .sheets import (
    LONGEST_CELL,
    MOST_COLUMNS,
    MOST_ROWS,
    MOST_SHEETS,
    MOST_UNPACKED_BYTES,
    Book,
    Notice,
    Sheet,
    Unreadable,
    trimmed,
)

ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
# More empty rows in a row than any table has: what follows is formatting, not data.
MOST_EMPTY_ROWS = 2000


def read_workbook(content: bytes) -> Book:
    """Read a workbook's sheets as text; formulas as the values that were stored with them."""
    has_formulas = _check_archive(content)
    values = _load(content, data_only=True)
    formulas = _load(content, data_only=False) if has_formulas else None
    if len(values.worksheets) > MOST_SHEETS:
        raise Unreadable("too_many_sheets", sheets=len(values.worksheets), most=MOST_SHEETS)
    sheets, uncalculated = [], 0
    for worksheet in values.worksheets:
        rows = _rows(worksheet)
        if formulas is not None:
            uncalculated += _fill_uncalculated(rows, formulas[worksheet.title])
        sheets.append(Sheet(worksheet.title, trimmed(rows), worksheet.sheet_state != "visible"))
    values.close()
    if not any(sheet.rows for sheet in sheets):
        raise Unreadable("empty")
    notices = [Notice("uncalculated", {"count": uncalculated})] if uncalculated else []
    return Book("xlsx", sheets, notices=notices)


def _check_archive(content: bytes) -> bool:
    """Refuse archives that unpack beyond all bounds or declare entities; tell whether there are formulas."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        parts = archive.infolist()
        if "xl/workbook.xml" not in {part.filename for part in parts}:
            raise Unreadable("archive_without_workbook")
        if len(parts) > 5000 or sum(part.file_size for part in parts) > MOST_UNPACKED_BYTES:
            raise Unreadable("unpacks_too_large", most=MOST_UNPACKED_BYTES // 1024 // 1024)
        formulas, unpacked = False, 0
        for part in parts:
            if part.flag_bits & 0x1:
                raise Unreadable("encrypted")
            if not part.filename.endswith((".xml", ".rels")):
                continue
            with archive.open(part) as stream:
                first = True
                while piece := stream.read(1 << 20):
                    unpacked += len(piece)
                    # Sizes in the directory may lie: count what really comes out.
                    if unpacked > MOST_UNPACKED_BYTES:
                        raise Unreadable("unpacks_too_large", most=MOST_UNPACKED_BYTES // 1024 // 1024)
                    if first and (b"<!DOCTYPE" in piece[:4096] or b"<!ENTITY" in piece[:4096]):
                        raise Unreadable("entities")
                    formulas = formulas or (part.filename.startswith("xl/worksheets/") and b"<f" in piece)
                    first = False
    except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError, ValueError, RuntimeError) as problem:
        raise Unreadable("damaged") from problem
    return formulas


def _load(content: bytes, *, data_only: bool) -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return load_workbook(io.BytesIO(content), read_only=True, data_only=data_only, keep_links=False)
    except Exception as problem:
        # The library raises whatever the broken part of the file provokes.
        raise Unreadable("damaged") from problem


def _rows(worksheet: Any) -> list[list[str]]:
    worksheet.reset_dimensions()
    rows: list[list[str]] = []
    empty = 0
    try:
        for row in worksheet.iter_rows(values_only=True):
            cells = [as_text(cell) for cell in row[: MOST_COLUMNS * 4]]
            empty = 0 if any(cells) else empty + 1
            if empty > MOST_EMPTY_ROWS or len(rows) > MOST_ROWS + MOST_EMPTY_ROWS:
                break
            rows.append(cells)
    except Exception as problem:
        raise Unreadable("damaged") from problem
    return rows


def _fill_uncalculated(rows: list[list[str]], worksheet: Any) -> int:
    """Put a formula's own text where no value was stored with it; return how many there were."""
    worksheet.reset_dimensions()
    filled = 0
    for number, row in enumerate(worksheet.iter_rows(values_only=True)):
        if number >= len(rows):
            break
        for place, cell in enumerate(row[: len(rows[number])]):
            if isinstance(cell, str) and cell.startswith("=") and len(cell) > 1 and not rows[number][place]:
                rows[number][place] = as_text(cell)
                filled += 1
    return filled


def as_text(value: Any) -> str:
    """Return a cell as text: whole numbers without a point, dates as ISO 8601."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        midnight = value.time() == time(0)
        return value.date().isoformat() if midnight else value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    text = ESCAPED.sub(lambda match: chr(int(match.group(1), 16)), str(value))
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return CONTROL.sub("", text).encode("utf-8", "ignore").decode()[:LONGEST_CELL]
