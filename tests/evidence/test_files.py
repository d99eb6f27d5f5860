"""What is taken as a file and what is not, judged by content."""

import pytest

from apps.evidence.rules_pure import files
from apps.evidence.rules_pure.files import BadFile, check_file, plain_name

from .office import PDF, PNG, archive, docx


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("report.pdf", PDF, "application/pdf"),
        ("Report.DOCX", docx(), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("shot.png", PNG, "image/png"),
        ("numbers.csv", b"a,b\n1,2\n", "text/csv"),
        ("notes.txt", "Größe".encode(), "text/plain"),
    ],
)
def test_it_takes_what_it_knows_under_a_fixed_type(name, content, media_type):
    assert check_file(name, content).media_type == media_type


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("empty.pdf", b"", "empty"),
        ("big.txt", b"a" * (files.LARGEST_FILE + 1), "smaller than 20 MB"),
        ("tool.exe", b"MZ", "must be a PDF"),
        ("page.html", b"<html>", "must be a PDF"),
        ("picture.svg", b"<svg onload=alert(1)>", "must be a PDF"),
        ("renamed.pdf", b"MZ\x90\x00", "not that of a PDF"),
        ("renamed.png", PDF, "not that of a PNG"),
        ("script.txt", b" <script>alert(1)</script>", "not plain text"),
        ("picture.csv", b"<svg onload=alert(1)>", "not plain text"),
        ("binary.txt", b"\xff\xfe\x00", "no text in UTF-8"),
        ("locked.pdf", PDF + b"/Encrypt 5 0 R", "password protected"),
        ("active.pdf", PDF + b"/JavaScript (app.alert(1))", "scripts"),
        ("both.pdf", PDF + docx(), "not that of a PDF"),
        ("locked.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", "password protected"),
        ("zip.docx", archive(a=b"b"), "not that of a Word"),
        ("sheet.xlsx", docx(), "not that of a Excel"),
        ("broken.docx", b"PK\x03\x04broken", "not that of a Word"),
        ("macro.docx", docx(**{"word/vbaProject.bin": b"x"}), "macros"),
        ("embedded.docx", docx(**{"word/embeddings/a.bin": b"x"}), "embedded"),
        ("bomb.docx", docx(**{"word/media/a.xml": b"0" * (30 * files.MEGABYTE)}), "packed too tightly"),
        ("slip.docx", docx(**{"../../etc/passwd": b"x"}), "outside itself"),
        ("many.docx", docx(**{f"word/{n}": b"" for n in range(files.MOST_ENTRIES)}), "too many parts"),
    ],
)
def test_it_refuses_what_is_not_what_it_says_or_could_harm(name, content, says):
    with pytest.raises(BadFile) as raised:
        check_file(name, content)
    assert says in str(raised.value)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\temp\\report.pdf", "report.pdf"),
        ('a"b\r\nSet-Cookie: x.pdf', "abSet-Cookie x.pdf"),
        ("invoice\u202efdp.txt", "invoicefdp.txt"),
        ("...", "file"),
        ("x" * 300 + ".pdf", "x" * 146 + ".pdf"),
    ],
)
def test_a_name_carries_no_path_and_no_tricks(name, kept):
    assert plain_name(name) == kept
