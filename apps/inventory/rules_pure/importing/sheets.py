"""What a file holds once it is read: sheets of text. And how a file says that it cannot be read."""

from __future__ import annotations

from dataclasses import dataclass, field

MOST_BYTES = 15 * 1024 * 1024
MOST_UNPACKED_BYTES = 250 * 1024 * 1024
MOST_ROWS = 25_000
MOST_COLUMNS = 300
MOST_SHEETS = 60
LONGEST_CELL = 32_767


class Unreadable(Exception):
    """The file is no table that we can read; `code` says why, `values` fill the sentence."""

    def __init__(self, code: str, **values: object) -> None:
        self.code, self.values = code, values
        super().__init__(f"{code} {values}" if values else code)


@dataclass(frozen=True, slots=True)
class Notice:
    """Something worth knowing about the file as a whole; `code` names its sentence."""

    code: str
    values: dict[str, object] = field(default_factory=dict)


@dataclass(slots=True)
class Sheet:
    """One table of text. Row n of the file is `rows[n - 1]`; trailing empty cells and rows are cut off."""

    name: str
    rows: list[list[str]]
    hidden: bool = False

    @property
    def width(self) -> int:
        """The number of cells of the widest row."""
        return max((len(row) for row in self.rows), default=0)


@dataclass(slots=True)
class Book:
    """A file as read: its kind ("csv" or "xlsx"), how it was decoded, its sheets, and notices for people."""

    kind: str
    sheets: list[Sheet]
    encoding: str = ""
    delimiter: str = ""
    notices: list[Notice] = field(default_factory=list)

    def sheet(self, name: str) -> Sheet:
        """Return the sheet of that name (spaces and case aside); the first one when no name is given."""
        if not name:
            return self.sheets[0]
        for sheet in self.sheets:
            if sheet.name == name:
                return sheet
        for sheet in self.sheets:
            if sheet.name.strip().casefold() == name.strip().casefold():
                return sheet
        raise Unreadable("no_such_sheet", sheet=name, sheets=", ".join(sheet.name for sheet in self.sheets))


def trimmed(rows: list[list[str]]) -> list[list[str]]:
    """Cut trailing empty cells off each row and trailing empty rows off the table; refuse what is too large."""
    cut = []
    for row in rows:
        end = len(row)
        while end and not row[end - 1].strip():
            end -= 1
        cut.append(row[:end])
    while cut and not cut[-1]:
        cut.pop()
    if len(cut) > MOST_ROWS:
        raise Unreadable("too_many_rows", rows=len(cut), most=MOST_ROWS)
    widest = max((len(row) for row in cut), default=0)
    if widest > MOST_COLUMNS:
        raise Unreadable("too_many_columns", columns=widest, most=MOST_COLUMNS)
    return cut
