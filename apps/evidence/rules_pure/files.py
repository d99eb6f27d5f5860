"""What a file may be: judged by its content, never by what its sender calls it."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass

import puremagic

MEGABYTE = 1024 * 1024
LARGEST_FILE = 20 * MEGABYTE
MOST_ENTRIES = 5_000
LARGEST_UNPACKED = 200 * MEGABYTE
HIGHEST_RATIO = 200
LONGEST_NAME = 150


@dataclass(frozen=True, slots=True)
class FileType:
    """A kind of file that is taken, with the fixed type under which it is given out."""

    extensions: tuple[str, ...]
    media_type: str
    label: str
    marker: str = ""


_OFFICE = "application/vnd.openxmlformats-officedocument"
FILE_TYPES = (
    FileType(("pdf",), "application/pdf", "PDF"),
    FileType(("docx",), f"{_OFFICE}.wordprocessingml.document", "Word", "word/document.xml"),
    FileType(("xlsx",), f"{_OFFICE}.spreadsheetml.sheet", "Excel", "xl/workbook.xml"),
    FileType(("pptx",), f"{_OFFICE}.presentationml.presentation", "PowerPoint", "ppt/presentation.xml"),
    FileType(("png",), "image/png", "PNG"),
    FileType(("jpg", "jpeg"), "image/jpeg", "JPEG"),
    FileType(("csv",), "text/csv", "CSV"),
    FileType(("txt", "md"), "text/plain", "text"),
)
ACCEPTED = ", ".join(f".{extension}" for kind in FILE_TYPES for extension in kind.extensions)
_TEXT_TYPES = {"text/csv", "text/plain"}
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MARKUP = re.compile(rb"^\s*<(!doctype|html|svg|script|\?xml|body|iframe)", re.IGNORECASE)
# Characters that turn the reading direction round, and everything that controls rather than says something.
_UNFIT = re.compile('[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069\\\\/:*?"<>|]')


class BadFile(ValueError):
    """The file is not taken; the text says why, fit to show."""


def plain_name(name: str) -> str:
    """Return a file name without path, control characters or tricks of direction."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    cleaned = _UNFIT.sub("", last).strip(" .")
    if len(cleaned) > LONGEST_NAME:
        stem, _dot, extension = cleaned.rpartition(".")
        cleaned = f"{stem[: LONGEST_NAME - len(extension) - 1]}.{extension}"
    return cleaned or "file"


def check_file(name: str, content: bytes) -> FileType:
    """Return what a file is; raise `BadFile` with the sentence for its sender when it is not taken."""
    if not content:
        raise BadFile("The selected file is empty.")
    if len(content) > LARGEST_FILE:
        raise BadFile(f"The selected file must be smaller than {LARGEST_FILE // MEGABYTE} MB.")
    if content.startswith(_OLE):
        raise BadFile(
            "The selected file is password protected or in an old Office format. Save it as a new one without."
        )
    extension = plain_name(name).rpartition(".")[2].lower()
    kind = next((kind for kind in FILE_TYPES if extension in kind.extensions), None)
    if kind is None:
        labels = [kind.label for kind in FILE_TYPES]
        raise BadFile(f"The selected file must be a {', '.join(labels[:-1])} or {labels[-1]} file.")
    if kind.marker:
        _check_office(content, kind)
    elif kind.media_type in _TEXT_TYPES:
        _check_text(content)
    else:
        _check_magic(content, kind)
    return kind


def _check_magic(content: bytes, kind: FileType) -> None:
    found = {match.extension.lstrip(".").lower() for match in _magic(content)}
    if kind.media_type == "application/pdf":
        found = {"pdf"} if content.startswith(b"%PDF-") else set()
        if b"/Encrypt" in content:
            raise BadFile("The selected file is password protected.")
        if re.search(rb"/(JavaScript|JS|Launch|EmbeddedFile)\b", content):
            raise BadFile("The selected file holds scripts or other files. Print it to a new PDF.")
    if not found & set(kind.extensions) or zipfile.is_zipfile(io.BytesIO(content)):
        raise BadFile(f"The content of the selected file is not that of a {kind.label} file.")


def _magic(content: bytes) -> list[puremagic.main.PureMagicWithConfidence]:
    try:
        return puremagic.magic_string(content[:65536])
    except (puremagic.PureError, ValueError):
        return []


def _check_text(content: bytes) -> None:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadFile("The selected file is no text in UTF-8. Save it again with that encoding.") from error
    if "\x00" in text or content.startswith((b"%PDF-", b"PK", b"MZ", b"\x7fELF")) or _MARKUP.match(content):
        raise BadFile("The content of the selected file is not plain text.")


def _check_office(content: bytes, kind: FileType) -> None:
    not_this = BadFile(f"The content of the selected file is not that of a {kind.label} file.")
    if not content.startswith(b"PK\x03\x04"):
        raise not_this
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            _check_entries(entries)
            names = {entry.filename for entry in entries}
            if not {"[Content_Types].xml", kind.marker} <= names:
                raise not_this
            types = archive.read("[Content_Types].xml").lower()
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError, EOFError) as error:
        raise not_this from error
    if b"macroenabled" in types or any("vbaproject" in name.lower() for name in names):
        raise BadFile("The selected file contains macros. Save it without them.")
    if any("/activex/" in f"/{name.lower()}" or "/embeddings/" in f"/{name.lower()}" for name in names):
        raise BadFile("The selected file has other files or controls embedded. Save it without them.")


def _check_entries(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MOST_ENTRIES:
        raise BadFile("The selected file has too many parts inside.")
    if sum(entry.file_size for entry in entries) > LARGEST_UNPACKED:
        raise BadFile("The selected file is too large when unpacked.")
    for entry in entries:
        if entry.flag_bits & 0x1:
            raise BadFile("The selected file is password protected.")
        if entry.file_size > MEGABYTE and entry.file_size > HIGHEST_RATIO * max(entry.compress_size, 1):
            raise BadFile("The selected file is packed too tightly to be safe.")
        if entry.filename.startswith(("/", "\\")) or ".." in entry.filename.replace("\\", "/").split("/"):
            raise BadFile("The selected file names parts outside itself.")
