"""Guesses: which sheet, which row is the header, what each column means. Each with a score and a reason; all changeable."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from . import shapes
from .catalogue import TARGETS, Kind, Target
from .sheets import Book, Sheet
from .wording import first_paragraph, is_blank, words

HEADER_WITHIN = 40
THRESHOLD = 52


@dataclass(frozen=True, slots=True)
class Guess:
    """What a column is taken for: our field's key (empty: none), a score of 0 to 100, and why."""

    field: str
    score: int
    reason: str


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the table is: the sheet, the header's row (from 1; 0 for none), and how sure that is."""

    sheet: str
    header_row: int
    score: float


def guess_layout(book: Book) -> Layout:
    """Return the likeliest sheet and header row; hidden sheets and pick lists come last."""
    best: Layout | None = None
    for sheet in book.sheets:
        found = guess_header(sheet)
        rows = max(0, len(sheet.rows) - found.header_row)
        score = (
            found.score
            * math.log2(2 + min(rows, 1000))
            * (0.3 if sheet.hidden else 1.0)
            * _evenness(sheet, found.header_row)
        )
        if best is None or score > best.score:
            best = Layout(sheet.name, found.header_row, score)
    assert best is not None  # noqa: S101 - a book has at least one sheet
    return best


def _evenness(sheet: Sheet, header_row: int) -> float:
    """Tell lists of choices from tables: in a table the first columns are filled as far down as the rows go."""
    body = [row for row in sheet.rows[header_row:] if row]
    if not body or not header_row:
        return 0.3
    header = sheet.rows[header_row - 1]
    filled = sorted(
        (sum(1 for row in body if i < len(row) and row[i].strip()) for i in range(len(header))), reverse=True
    )
    if len(filled) > 2 and filled[1] < 0.6 * len(body):
        return 0.2
    return 1.0


def guess_header(sheet: Sheet) -> Layout:
    """Return the likeliest header row of a sheet: many short, different cells that sound like our fields."""
    best = Layout(sheet.name, 1 if sheet.rows else 0, 0.0)
    for number, row in enumerate(sheet.rows[:HEADER_WITHIN], start=1):
        score = _header_score(row, sheet.width) - 0.01 * number
        if score > best.score:
            best = Layout(sheet.name, number, score)
    if best.header_row and _is_data(sheet.rows[best.header_row - 1]):
        return Layout(sheet.name, 0, best.score)
    return best


def _is_data(row: Sequence[str]) -> bool:
    """Tell whether what stands highest is a row like the others: no word of ours in it, but numbers, dates or answers."""
    cells = [cell for cell in row if cell.strip()]
    known = any(best_by_header(cell).field for cell in cells)
    return not known and any(shapes.looks_like_value(cell) for cell in cells)


def _header_score(row: Sequence[str], width: int) -> float:
    cells = [cell.strip() for cell in row if cell.strip()]
    if not cells or (len(cells) == 1 and width > 2):
        return 0.0
    distinct = len({cell.casefold() for cell in cells}) / len(cells)
    fields = {guess.field for cell in cells if (guess := best_by_header(cell)).field}
    value_like = sum(1 for cell in cells if shapes.looks_like_value(cell)) / len(cells)
    share = len(fields) / len(cells)
    return (len(fields) + 2.0 * share + 0.5 * len(cells) / max(width, 1)) * distinct * (1 - 0.8 * value_like)


@lru_cache(maxsize=4096)
def best_by_header(header: str) -> Guess:
    """Return the field that a header's words name best."""
    return max((guess_by_words(header, target) for target in TARGETS), key=lambda guess: guess.score)


def guess_by_words(header: str, target: Target) -> Guess:
    """Score a header against one field by its words; the first paragraph counts most, instructions a little."""
    first, whole = _header_words(header)
    best, phrase_found = 0.0, ""
    for wanted, phrase in zip(target.phrase_words, target.phrases, strict=True):
        for pool, factor in ((first, 1.0), (whole, 0.75)):
            place = _place(pool, wanted)
            if place >= 0:
                coverage, early = len(wanted) / len(pool), 1 - place / len(pool)
                score = factor * (38 + 42 * coverage + 5 * min(len(wanted), 4) + 6 * early)
                score = 100 if pool == wanted else score
                if score > best:
                    best, phrase_found = score, phrase
                break
    if best:
        best -= 30 * sum(1 for against in target.without_words if _place(first, against) >= 0)
    if best and target.key == "name" and "?" in header and not {"name", "title"} & set(first):
        # A question about a use case does not ask for its name.
        best -= 40
    if best < THRESHOLD:
        return Guess("", max(0, int(best)), "")
    return Guess(target.key, min(100, int(best)), f"words:{phrase_found}")


@lru_cache(maxsize=4096)
def _header_words(header: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return tuple(words(first_paragraph(header)[:2000])), tuple(words(header[:4000]))


def _place(pool: tuple[str, ...], wanted: tuple[str, ...]) -> int:
    """Return where the words stand together in the pool, or -1."""
    if not wanted or wanted[0] not in pool:
        return -1
    size = len(wanted)
    for place in range(len(pool) - size + 1):
        if pool[place : place + size] == wanted:
            return place
    return -1


def guess_mapping(header: Sequence[str], body: Sequence[Sequence[str]]) -> list[Guess]:
    """Return a guess for each column: words first, then what the values look like; a field is given once."""
    columns = [[row[i] for row in body if i < len(row) and not is_blank(row[i])][:200] for i in range(len(header))]
    scored: list[tuple[float, int, str, str]] = []
    for place, title in enumerate(header):
        for target in TARGETS:
            by_words = guess_by_words(title, target)
            fit = shapes.fit(target, columns[place]) if columns[place] else 0.0
            score = by_words.score + 14 * fit if by_words.field else 0.0
            reason = by_words.reason
            if not by_words.field and shapes.speaks_for_itself(target, columns[place]):
                score, reason = 54.0, f"values:{target.kind}"
            if score >= THRESHOLD:
                scored.append((score, place, target.key, reason))
    taken_fields: set[str] = set()
    guesses = [Guess("", 0, "") for _title in header]
    for score, place, key, reason in sorted(scored, key=lambda item: (-item[0], item[1])):
        if key not in taken_fields and not guesses[place].field:
            guesses[place] = Guess(key, min(100, int(score)), reason)
            taken_fields.add(key)
    return _settle_name(_settle_units(guesses, header, body), header, columns)


ORGANISATIONAL = ("organisation", "unit", "subunit")


def _settle_units(guesses: list[Guess], header: Sequence[str], body: Sequence[Sequence[str]]) -> list[Guess]:
    """Order the columns that name parts of an organisation from the widest to the narrowest, as their values nest.

    One inventory's "agency" is the whole, another's is a part of its "department": what counts is which contains which.
    """
    places = [i for i, guess in enumerate(guesses) if guess.field in (*ORGANISATIONAL, "organisation_code")]
    named = {t.key: t for t in TARGETS if t.key in ORGANISATIONAL}
    for place, title in enumerate(header):
        if not guesses[place].field and any(guess_by_words(title, target).field for target in named.values()):
            places.append(place)
    values = {i: [row[i].strip() if i < len(row) else "" for row in body] for i in places}
    places = [i for i in places if any(values[i])]
    if len(places) < 2:
        return guesses
    codes = {i for i in places for other in places if i != other and _abbreviates(values[i], values[other])}
    filled = {i: round(10 * sum(1 for value in values[i] if value) / len(values[i])) for i in places}
    ranked = sorted((i for i in places if i not in codes), key=lambda i: (-filled[i], len(set(values[i])), i))
    for place in places:
        guesses[place] = Guess("", 0, "")
    for key, place in zip(ORGANISATIONAL, ranked, strict=False):
        by_words = guess_by_words(header[place], named[key])
        guesses[place] = by_words if by_words.field else Guess(key, 60, "values:nesting")
    for place in sorted(codes)[:1]:
        guesses[place] = Guess("organisation_code", 80, "values:abbreviation")
    return guesses


def _abbreviates(short: list[str], long: list[str]) -> bool:
    """Tell whether each value of one column stands for exactly one of the other, and is the shorter one."""
    pairs = {(a, b) for a, b in zip(short, long, strict=True) if a and b}
    one_to_one = bool(pairs) and len(pairs) == len({a for a, _b in pairs}) == len({b for _a, b in pairs})
    return one_to_one and all(len(a) < len(b) for a, b in pairs)


def _settle_name(guesses: list[Guess], header: Sequence[str], columns: list[list[str]]) -> list[Guess]:
    """An inventory without a name column has one all the same: the free column whose short values differ most."""
    if any(guess.field == "name" for guess in guesses):
        return guesses
    free = [i for i, guess in enumerate(guesses) if not guess.field and columns[i] and shapes.could_be_name(columns[i])]
    if free:
        place = max(free, key=lambda i: (len(set(columns[i])) / len(columns[i]), -i))
        guesses[place] = Guess("name", 50, "values:distinct")
    return guesses


__all__ = ["Guess", "Kind", "Layout", "best_by_header", "guess_header", "guess_layout", "guess_mapping"]
