"""The one door for files: what kind it is is told by its content, never by its name."""

from __future__ import annotations

from .sheets import MOST_BYTES, Book, Unreadable
from .text_files import read_text
from .workbooks import read_workbook

SPREADSHEETML = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def media_type(content: bytes) -> str:
    """Name the kind of file by its content."""
    return SPREADSHEETML if content.startswith(b"PK\x03\x04") else "text/csv"


def read_book(content: bytes, *, encoding: str = "", delimiter: str = "") -> Book:
    """Read a CSV file or a workbook; raise `Unreadable` with a reason that can be acted on."""
    if not content.strip(b"\x00\t\r\n \xef\xbb\xbf\xff\xfe"):
        raise Unreadable("empty")
    if len(content) > MOST_BYTES:
        raise Unreadable("too_large", most=MOST_BYTES // 1024 // 1024)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise Unreadable("old_excel")
    if content.startswith(b"%PDF"):
        raise Unreadable("pdf")
    if content.startswith(b"PK"):
        return read_workbook(content)
    return read_text(content, encoding=encoding, delimiter=delimiter)
