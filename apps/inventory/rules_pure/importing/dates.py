"""Dates as people write them: the text is kept, and read only as exactly as it says."""

from __future__ import annotations

import re
from datetime import date, timedelta

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january januar janvier", "feb february februar fevrier", "mar march marz maerz mars", "apr april avril",
            "may mai", "jun june juni juin", "jul july juli juillet", "aug august aout", "sep sept september septembre",
            "oct october okt oktober octobre", "nov november novembre", "dec december dez dezember decembre",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
ISO = re.compile(r"^(\d{4})-(\d{1,2})(?:-(\d{1,2}))?(?:[T ].*)?$")
COMPACT = re.compile(r"^(19|20)(\d{2})(\d{2})(\d{2})$")
NUMBERS = re.compile(r"^(\d{1,2})([/.\-])(\d{1,2})\2(\d{4}|\d{2})(?:[ ,T].*)?$")
MONTH_YEAR = re.compile(r"^(\d{1,2})[/.\-](\d{4})$")
YEAR = re.compile(r"^(?:(?:CY|FY|in|since|year|ca\.?|~)\s*)?((?:19|20)\d{2})$", re.IGNORECASE)
QUARTER = re.compile(
    r"^(?:(?:FY|CY)?\s*((?:19|20)\d{2})[\s\-/]*Q([1-4])|Q([1-4])[\s\-/,]*(?:FY|CY)?\s*((?:19|20)\d{2}))$", re.I
)
WORDED = re.compile(
    r"^(?:(\d{1,2})(?:st|nd|rd|th|\.)?[\s\-]+)?([A-Za-zäû]{3,10})\.?[\s\-,]+(?:(\d{1,2})(?:st|nd|rd|th)?,?\s+)?(\d{4})(?:\s.*)?$"
)
DAY_OR_YEAR = re.compile(r"^(?:\d{1,2}[\- ]([A-Za-z]{3})|([A-Za-z]{3})[\- ]\d{2})$")
SERIAL = re.compile(r"^\d{5}(?:\.0+)?$")


def day_first(texts: list[str]) -> bool | None:
    """Tell whether a column writes the day first: only a number above 12 gives it away; None when nothing does."""
    first, second = False, False
    for text in texts:
        if match := NUMBERS.match(text.strip()):
            first = first or int(match.group(1)) > 12
            second = second or int(match.group(3)) > 12
            if match.group(2) == ".":
                first = True
    return None if first == second else first


def read_date(text: str, *, days_first: bool | None = None) -> tuple[str, str]:
    """Return (date, problem): ISO 8601 as precise as the text ("2024", "2024-03", "2024-Q3"), or why it was not read."""
    text = " ".join(text.split())
    if not text:
        return "", ""
    if match := ISO.match(text):
        return _made(match.group(1), match.group(2), match.group(3))
    if match := COMPACT.match(text):
        return _made(match.group(1) + match.group(2), match.group(3), match.group(4))
    if match := NUMBERS.match(text):
        return _numbers(match, days_first)
    if match := MONTH_YEAR.match(text):
        return _made(match.group(2), match.group(1), None)
    if match := YEAR.match(text):
        return match.group(1), ""
    if match := QUARTER.match(text):
        return f"{match.group(1) or match.group(4)}-Q{match.group(2) or match.group(3)}", ""
    if match := WORDED.match(text):
        return _worded(match)
    if (match := DAY_OR_YEAR.match(text)) and (match.group(1) or match.group(2)).lower() in MONTHS:
        # "25-Mar" is what spreadsheets make of March 2025 as well as of the 25th: nobody can tell.
        return "", "date_ambiguous"
    if SERIAL.match(text):
        return _serial(text)
    return "", "date_unread"


def _numbers(match: re.Match[str], days_first: bool | None) -> tuple[str, str]:
    one, two, year = int(match.group(1)), int(match.group(3)), match.group(4)
    if len(year) == 2:
        year = f"20{year}"
    if one > 12 or (two <= 12 and days_first and one != two):
        return _made(year, str(two), str(one))
    if two > 12 or one == two or days_first is False:
        return _made(year, str(one), str(two))
    # 3/4/2024 in a column that never says which comes first: only the year is certain.
    return year, "date_ambiguous"


def _worded(match: re.Match[str]) -> tuple[str, str]:
    name = match.group(2).lower().replace("ä", "a").replace("û", "u")
    if name not in MONTHS:
        return "", "date_unread"
    return _made(match.group(4), str(MONTHS[name]), match.group(1) or match.group(3))


def _serial(text: str) -> tuple[str, str]:
    """Read a spreadsheet's day number."""
    days = int(float(text))
    if not 20_000 <= days <= 80_000:
        return "", "date_unread"
    return (date(1899, 12, 30) + timedelta(days=days)).isoformat(), ""


def _made(year: str, month: str, day: str | None) -> tuple[str, str]:
    try:
        made = date(int(year), int(month), int(day or 1))
    except ValueError:
        return "", "date_unread"
    return (made.isoformat() if day else f"{made:%Y-%m}"), ""
