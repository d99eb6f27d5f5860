"""The reader of other people's files: any bytes, any shape, never an unexpected failure."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import datetime

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.inventory.rules_pure.importing import dates, guessing, records, sheets, values
from apps.inventory.rules_pure.importing.matching import Index, Known
from apps.inventory.rules_pure.importing.reading import read_book

CELL = st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=30)
ROWS = st.lists(st.lists(CELL, min_size=2, max_size=6), min_size=1, max_size=12)


def workbook(*tables: tuple[str, list[list[object]]], hidden: tuple[str, ...] = ()) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in tables:
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
        if title in hidden:
            sheet.sheet_state = "hidden"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def read(content: bytes):
    book = read_book(content)
    layout = guessing.guess_layout(book)
    sheet = book.sheet(layout.sheet)
    header = sheet.rows[layout.header_row - 1]
    body = sheet.rows[layout.header_row :]
    return book, layout, header, [guess.field for guess in guessing.guess_mapping(header, body)]


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused_with_a_code(content):
    try:
        book = read_book(content)
    except sheets.Unreadable as problem:
        assert problem.code
    else:
        layout = guessing.guess_layout(book)
        assert 0 <= layout.header_row <= len(book.sheet(layout.sheet).rows)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(ROWS, st.sampled_from([",", ";", "\t", "|"]), st.sampled_from(["utf-8-sig", "utf-16"]))
def test_what_a_spreadsheet_writes_is_read_back_cell_by_cell(rows, delimiter, encoding):
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows([["Name", "Purpose"], *rows])
    try:
        book = read_book(out.getvalue().encode(encoding), delimiter=delimiter)
    except sheets.Unreadable:
        pytest.fail("A well-formed file was refused.")
    expected = sheets.trimmed([["Name", "Purpose"], *rows])
    assert book.sheets[0].rows == expected


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=120))
def test_readings_never_fail(text):
    assert values.read_stage(text) in {"", "deployed", "pilot", "pre_deployment", "retired"}
    assert values.read_high_impact(text) in {"", "yes", "no", "presumed_no"}
    assert values.read_yes_no(text) in {"", "yes", "no", "in_progress", "waived", "not_applicable"}
    items, _problem = values.read_list(text)
    assert all(isinstance(item, str) for item in items)
    said, _problem = dates.read_date(text)
    assert said == "" or said[:4].isdigit()


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(CELL, max_size=9), max_size=8))
def test_every_row_becomes_a_record_whatever_its_width(rows):
    header = ["Id", "Name", "Stage", "Date implemented"]
    reading = records.reading_of(header, dict(enumerate(["external_id", "name", "stage", "started_on"])))
    for number, row in enumerate(rows, start=2):
        record = records.read_row(row, number, reading)
        assert record.blank or record.rejected or record.name
        assert record.blank == (not any(cell.strip() for cell in row))


@pytest.mark.parametrize(
    ("text", "encoding"),
    [("agency’s “best” café – now", "cp1252"), ("agency’s café – naïve", "mac_roman"), ("Prüfung", "utf-8")],
)
def test_it_tells_encodings_by_what_text_looks_like(text, encoding):
    book = read_book(f"Name,Purpose\nAlpha,{text}\n".encode(encoding))
    assert book.sheets[0].rows[1][1] == text


def test_nul_bytes_a_mark_and_utf_16_without_mark_are_read():
    assert read_book(b"\xef\xbb\xbfName,Purpose\nA\x00lpha,b\n").sheets[0].rows[1] == ["Alpha", "b"]
    book = read_book("Name\tPurpose\nAlpha\tb\n".encode("utf-16-le"))
    assert (book.encoding, book.sheets[0].rows[1]) == ("utf-16-le", ["Alpha", "b"])


def test_the_header_is_found_below_titles_and_section_rows():
    _book, layout, header, mapping = read(
        b"AI Inventory 2026,,,,\n,,,,\nSECTION 1: Who,,SECTION 2: What,,\n"
        b'"Use Case ID\n\n[Agency] - [#]",Use Case Name,What problem is the AI intended to solve?,Stage of Development,Remarks\n'
        b"A-1,Alpha,Letters,a) Pre-deployment,x\nA-2,Beta,Calls,c) Deployed,y\n"
    )
    assert layout.header_row == 4
    assert mapping == ["external_id", "name", "problem", "stage", ""]
    assert header[4] == "Remarks"


def test_the_table_is_found_among_notes_pick_lists_and_hidden_sheets():
    content = workbook(
        ("Read me", [["How to fill this in"], ["Write one line for each use case."]]),
        ("Lists", [["Stage", "High impact"], ["Deployed", "Yes"], ["Pilot", "No"], ["Retired", None]]),
        ("Old", [["Use case name", "Stage"], ["Gone", "Retired"], ["Gone too", "Retired"]]),
        (
            "Use cases",
            [["Group AI register"], ["Use case name", "Use case ID", "Status", "Go-live date", "Supplier"]]
            + [[f"System {n}", f"U-{n}", "In production", datetime(2026, 3, n), "Acme Inc"] for n in range(1, 9)],
        ),
        hidden=("Old",),
    )
    book, layout, _header, mapping = read(content)
    assert (layout.sheet, layout.header_row) == ("Use cases", 2)
    assert mapping == ["name", "external_id", "stage", "started_on", "vendor"]
    assert book.sheet("Use cases").rows[2][3] == "2026-03-01"
    assert book.sheet("Old").hidden


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("Bezeichnung", "name"), ("Fachbereich", "unit"), ("Verwendungszweck", "problem"), ("Hersteller", "vendor"),
        ("Does it process personal data?", "personal_data"), ("Lifecycle phase", "stage"), ("AISystemName", "name"),
        ("Has the model been tested before deployment? (pre-deployment testing)", "testing"), ("Business owner e-mail", "owner_email"),
        ("Is this use case rights-impacting?", "high_impact"), ("Favourite colour", ""), ("Zip code", ""),
    ],
)  # fmt: skip
def test_headers_of_other_houses_are_understood(header, field):
    assert guessing.best_by_header(header).field == field


def test_a_table_without_header_is_read_from_its_first_row():
    book = read_book(b"1,Alpha,Deployed\n2,Beta,Pilot\n3,Gamma,Retired\n4,Delta,Deployed\n")
    assert guessing.guess_layout(book).header_row == 0
    fields = [guess.field for guess in guessing.guess_mapping(["", "", ""], book.sheets[0].rows)]
    assert fields == ["", "name", "stage"]


def test_what_contains_what_decides_which_column_is_the_organisation():
    rows = [[f"Dept {n % 2}", f"Agency {n % 4}", f"A{n}", f"System {n}"] for n in range(12)]
    fields = [guess.field for guess in guessing.guess_mapping(["Department", "Agency", "Code", "Title"], rows)]
    assert fields[:2] == ["organisation", "unit"]
    swapped = [[row[1], row[0], row[2], row[3]] for row in rows]
    fields = [guess.field for guess in guessing.guess_mapping(["Department", "Agency", "Code", "Title"], swapped)]
    assert fields[:2] == ["unit", "organisation"]


@pytest.mark.parametrize(
    ("text", "days_first", "said"),
    [
        ("2022-01-01 00:00:00", None, "2022-01-01"), ("06/03/2024 12:00:00 AM", False, "2024-06-03"), ("13/02/2024", None, "2024-02-13"),
        ("3/4/2024", None, "2024"), ("2024", None, "2024"), ("FY2024", None, "2024"), ("Q3 2024", None, "2024-Q3"), ("March 2025", None, "2025-03"),
        ("3 March 2025", None, "2025-03-03"), ("25-Mar", None, ""), ("45321", None, "2024-01-30"), ("31.12.2024", None, "2024-12-31"),
        ("2024-02-31", None, ""), ("soon", None, ""),
    ],
)  # fmt: skip
def test_dates_are_read_only_as_exactly_as_they_say(text, days_first, said):
    assert dates.read_date(text, days_first=days_first)[0] == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("c)  Deployed – The use case is being actively used", "deployed"), ("Planned (not in production)", "pre_deployment"),
        ("In production: less than 6 months", "deployed"), ("Successfully tested but not in production.", "pre_deployment"),
        ("d) Retired ¤ It was reported last year", "retired"), ("This is a pilot initiative", "pilot"), ("It depends", ""),
    ],
)  # fmt: skip
def test_stages_are_read_or_left_alone(text, said):
    assert values.read_stage(text) == said


def test_lists_written_as_literals_are_read_and_nothing_is_run():
    assert values.read_list("['c) Age', 'i) Income']")[0] == ["c) Age", "i) Income"]
    assert values.read_list('["None of the above"]')[0] == ["None of the above"]
    assert values.read_list("[__import__('os').getcwd()]") == (["[__import__('os').getcwd()]"], "list_unread")
    assert values.read_list("[" * 5000)[1] == "list_unread"


def test_an_archive_that_unpacks_too_large_is_not_opened():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (sheets.MOST_UNPACKED_BYTES + 1))
    with pytest.raises(sheets.Unreadable) as refused:
        read_book(out.getvalue())
    assert refused.value.code == "unpacks_too_large"


def test_a_workbook_with_entities_is_not_opened():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("xl/workbook.xml", '<!DOCTYPE w [<!ENTITY a "b">]><workbook>&a;</workbook>')
    with pytest.raises(sheets.Unreadable) as refused:
        read_book(out.getvalue())
    assert refused.value.code == "entities"


def test_formulas_without_a_stored_value_show_their_own_text():
    content = workbook(("Use cases", [["Name", "Cost"], ["Alpha", "=1+1"]]))
    book = read_book(content)
    assert book.sheets[0].rows[1] == ["Alpha", "=1+1"]
    assert [notice.code for notice in book.notices] == ["uncalculated"]


def test_names_alike_are_likely_matches_unless_the_source_tells_them_apart():
    index = Index.of(
        [Known("1", "Claims Triage", "group/claims/"), Known("2", "Letter sorting", "group/", frozenset({"list"}))]
    )
    assert index.likeliest("The claims triage system", "group/claims/", "list").system == "1"
    assert index.likeliest("Letter sorting", "group/", "list") is None
    assert index.likeliest("Fraud detection", "group/claims/", "list") is None
