"""Delimited text: which encoding, which delimiter, and the rows, whatever quotes and line ends they use."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter

from .sheets import LONGEST_CELL, MOST_ROWS, Book, Notice, Sheet, Unreadable, trimmed

DELIMITERS = (",", ";", "\t", "|")
ENCODINGS = ("utf-8", "cp1252", "mac_roman", "cp850", "iso8859_15", "cp1250", "utf-16", "shift_jis", "gb18030")
BYTE_ORDER_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
# What typographic text looks like when the code page is the right one: quotes in or around words, dashes, accents.
PLAUSIBLE = re.compile(r"(?<=\w)[’'](?=\w)|[“”‘’–—…•€]|(?<=[a-z])[àâäçéèêëíîïñóôöùúûüßøåæœ]|[ÄÖÜÉ](?=[a-z])")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]")

csv.field_size_limit(4_000_000)


def decode(content: bytes, wanted: str = "") -> tuple[str, str, list[Notice]]:
    """Return the text, the encoding it was read with, and notices; `wanted` is a person's choice."""
    notices: list[Notice] = []
    encoding = wanted or guess_encoding(content)
    try:
        text = content.decode(encoding)
    except LookupError as problem:
        raise Unreadable("unknown_encoding", encoding=encoding) from problem
    except UnicodeError:
        text = content.decode(encoding, errors="replace")
        notices.append(Notice("undecodable", {"encoding": encoding}))
    text = text.removeprefix("\ufeff")
    if "\x00" in text:
        notices.append(Notice("nul_bytes", {"count": text.count("\x00")}))
        text = text.replace("\x00", "")
    if "\ufffd" in text:
        notices.append(Notice("replacement_characters", {"count": text.count("\ufffd")}))
    return text, encoding, notices


def guess_encoding(content: bytes) -> str:
    """Name the encoding: by mark, by being valid UTF-8, by the pattern of UTF-16, else the likelier single-byte page."""
    for mark, encoding in BYTE_ORDER_MARKS:
        if content.startswith(mark):
            return encoding
    sample = content[:4000]
    half = len(sample) // 2
    if half > 3 and sample[1::2].count(0) > 0.8 * half and sample[::2].count(0) < 0.1 * half:
        return "utf-16-le"
    if half > 3 and sample[::2].count(0) > 0.8 * half and sample[1::2].count(0) < 0.1 * half:
        return "utf-16-be"
    try:
        content.decode("utf-8")
        return "utf-8"
    except UnicodeDecodeError as problem:
        # A single bad byte in a large UTF-8 text: keep UTF-8, the bad places become replacement characters.
        good = sum(1 for byte in content[: problem.start] if byte >= 0x80)
        if good >= 20:
            return "utf-8"
    return max(("cp1252", "mac_roman"), key=lambda page: _plausibility(content, page))


def _plausibility(content: bytes, page: str) -> int:
    text = content[:400_000].decode(page, errors="replace")
    return len(PLAUSIBLE.findall(text)) - 2 * text.count("\ufffd") - 2 * len(CONTROL.findall(text))


def guess_delimiter(text: str) -> tuple[str, str]:
    """Return the delimiter and the text without a `sep=` line; the one that gives the most even, widest rows wins."""
    named = re.match(r"sep=([,;|\t])\r?\n", text, re.IGNORECASE)
    if named:
        return named.group(1), text[named.end() :]
    sample = text[:200_000]
    best, best_score = ",", 0.0
    for delimiter in DELIMITERS:
        widths = Counter(len(row) for row in _some_rows(sample, delimiter) if row)
        if not widths:
            continue
        width, times = max(widths.items(), key=lambda pair: (pair[1] * (pair[0] > 1), pair[0]))
        score = (times / sum(widths.values())) * min(width, 12) if width > 1 else 0.0
        if score > best_score:
            best, best_score = delimiter, score
    return best, text


def _some_rows(sample: str, delimiter: str) -> list[list[str]]:
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter):
            rows.append(row)
            if len(rows) >= 200:
                break
    except csv.Error:
        pass
    return rows


def read_text(content: bytes, *, encoding: str = "", delimiter: str = "") -> Book:
    """Read delimited text into a book of one sheet."""
    text, used, notices = decode(content, encoding)
    _refuse_other_kinds(text)
    guessed, text = guess_delimiter(text)
    delimiter = delimiter or guessed
    rows, more = _rows(text, delimiter)
    rows = trimmed([[_clean(cell) for cell in row] for row in rows])
    if not rows:
        raise Unreadable("empty")
    return Book("csv", [Sheet("", rows)], used, delimiter, notices + more)


def _rows(text: str, delimiter: str) -> tuple[list[list[str]], list[Notice]]:
    """Split into rows; a quote that never closes would swallow the rest, so such a file is read without quotes or refused."""
    try:
        return _parse(text, delimiter, strict=True), []
    except csv.Error as problem:
        if "unexpected end of data" not in str(problem):
            try:
                return _parse(text, delimiter, strict=False), [Notice("stray_quotes")]
            except csv.Error as again:
                raise Unreadable("not_csv", problem=str(again)) from again
    plain = _parse(text, delimiter, strict=False, quoting=csv.QUOTE_NONE)
    if len({len(row) for row in plain if row}) == 1:
        return plain, [Notice("stray_quotes")]
    raise Unreadable("open_quote", row=_open_quote_line(text, delimiter))


def _parse(text: str, delimiter: str, *, strict: bool, quoting: int = csv.QUOTE_MINIMAL) -> list[list[str]]:
    rows = []
    for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=strict, quoting=quoting):
        rows.append(row)
        # Far past the limit there is no point in reading on; `trimmed` words the refusal.
        if len(rows) > 3 * MOST_ROWS:
            break
    return rows


def _open_quote_line(text: str, delimiter: str) -> int:
    """Return the number of the row in which the quote opens that never closes."""
    count = 0
    try:
        for _row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            count += 1
    except csv.Error:
        pass
    return count + 1


def _refuse_other_kinds(text: str) -> None:
    head = text[:2000].lstrip().lower()
    if head.startswith(("<!doctype", "<html", "<?xml", "<svg")):
        raise Unreadable("markup")
    if head.startswith(("{", "[{")):
        raise Unreadable("json")
    if head.startswith("%pdf"):
        raise Unreadable("pdf")
    # Unassigned and control characters in numbers: no text at all.
    if len(CONTROL.findall(text[:20_000])) > max(20, len(text[:20_000]) // 20):
        raise Unreadable("binary")


def _clean(cell: str) -> str:
    """Normalise line ends and drop control characters that no database text takes."""
    cell = cell.replace("\r\n", "\n").replace("\r", "\n")
    return CONTROL.sub("", cell)[:LONGEST_CELL] if cell else cell
