"""What every reader of other people's files shares: the one error, and documents without surprises."""

from __future__ import annotations

import io
import json
import math
import zipfile
import zlib
from datetime import UTC, datetime
from typing import Any

import yaml

LARGEST = 20 * 1024 * 1024
LARGEST_TOGETHER = 60 * 1024 * 1024
MOST_FILES = 20


class Unreadable(ValueError):
    """A file that cannot be taken: where, and why."""

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(f"{place}: {reason}" if place else reason)
        self.place, self.reason = place, reason


class PlainLoader(yaml.SafeLoader):
    """YAML as JSON knows it: no aliases (a page of them unfolds to gigabytes), and dates stay text."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        """Refuse aliases."""
        if self.check_event(yaml.events.AliasEvent):
            raise Unreadable("", f"line {self.peek_event().start_mark.line + 1}: aliases are not taken.")
        return super().compose_node(parent, index)


PlainLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if tag != "tag:yaml.org,2002:timestamp"]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def json_document(content: bytes, name: str = "") -> Any:
    """Return the JSON of a file; raise `Unreadable` otherwise."""
    try:
        return plain(json.loads(_text(content, name)))
    except Unreadable as problem:
        raise Unreadable(name or problem.place, problem.reason) from None
    except (ValueError, RecursionError) as problem:
        raise Unreadable(name, f"no JSON: {str(problem)[:200]}") from None


def yaml_document(content: bytes, name: str = "") -> Any:
    """Return the YAML (or JSON) of a file; raise `Unreadable` with the line otherwise."""
    try:
        return plain(yaml.load(_text(content, name), Loader=PlainLoader))  # noqa: S506 - a SafeLoader that takes less
    except yaml.YAMLError as problem:
        mark = getattr(problem, "problem_mark", None)
        line = f"line {mark.line + 1}: " if mark else ""
        raise Unreadable(name, f"{line}no YAML: {getattr(problem, 'problem', None) or 'cannot be read'}") from None
    except Unreadable as problem:
        raise Unreadable(name, problem.reason) from None
    except (ValueError, RecursionError, TypeError) as problem:
        raise Unreadable(name, f"no YAML: {str(problem)[:200]}") from None


def plain(value: Any) -> Any:
    """Return a document as the database can keep it: numbers that are none (NaN, Infinity) become null.

    Texts that cannot be kept, keys that are no text and values that JSON does not know are refused.
    """
    if isinstance(value, str):
        if "\x00" in value or any("\ud800" <= sign <= "\udfff" for sign in value):
            raise Unreadable("", "it holds a character that cannot be kept")
        return value
    if isinstance(value, dict):
        for key in value:
            if not isinstance(key, str):
                raise Unreadable("", f"the key {str(key)[:40]!r} is no text: put it in quotes")
        return {plain(key): plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [plain(one) for one in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, bool | int):
        return value
    raise Unreadable("", f"a value of the kind {type(value).__name__} is not taken")


def unpacked(files: dict[str, bytes]) -> dict[str, bytes]:
    """Return files with zip archives opened, by their names without folders; bounded in number and size."""
    found: dict[str, bytes] = {}
    for name, content in files.items():
        if not content.startswith(b"PK\x03\x04"):
            found[name.rsplit("/", 1)[-1]] = content
            continue
        try:
            _open(content, name, found)
        except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, OSError, EOFError) as problem:
            raise Unreadable(name, f"the archive cannot be read: {str(problem)[:120]}") from None
    if len(found) > MOST_FILES:
        raise Unreadable("", f"more than {MOST_FILES} files at once")
    return found


def _open(content: bytes, name: str, found: dict[str, bytes]) -> None:
    """Add the files of an archive; two of one name would hide each other, and too much together is refused early."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        wanted = [entry for entry in archive.infolist() if not entry.is_dir()]
        if len(wanted) > MOST_FILES:
            raise Unreadable(name, f"more than {MOST_FILES} files at once")
        for entry in wanted:
            short = entry.filename.rsplit("/", 1)[-1]
            if short in found:
                raise Unreadable(name, f"two files are called {short[:80]}")
            found[short] = _entry(archive, entry, name)
            if sum(len(one) for one in found.values()) > LARGEST_TOGETHER:
                raise Unreadable(name, f"larger than {LARGEST_TOGETHER // 2**20} MB together")


def _entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str) -> bytes:
    """Read one entry, no further than the limit, whatever its header says."""
    with archive.open(entry) as stream:
        content = stream.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise Unreadable(f"{name}/{entry.filename}"[:200], f"larger than {LARGEST // 2**20} MB")
    return content


def mapping(value: Any, place: str) -> dict[str, Any]:
    """Return an object, or say that there is none."""
    if not isinstance(value, dict):
        raise Unreadable(place, "an object is needed")
    return value


def entries(value: Any) -> list[dict[str, Any]]:
    """Return the objects of a list, leaving out what is none."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def words(value: Any, length: int = 8000) -> str:
    """Return a text, shortened; empty for anything else."""
    if isinstance(value, bool) or value is None or isinstance(value, dict | list):
        return ""
    return str(value).replace("\x00", "").strip()[:length]


def tags(value: Any) -> tuple[str, ...]:
    """Return tags that may be a list or one text."""
    given = value if isinstance(value, list) else [value] if isinstance(value, str) else []
    return tuple(sorted({words(one, 120) for one in given if words(one, 120)}))


def moment(value: Any) -> datetime | None:
    """Return a time with its zone (UTC where none is said), or None."""
    try:
        found = datetime.fromisoformat(str(value).strip().replace("Z", "+00:00"))
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _text(content: bytes, name: str) -> str:
    if len(content) > LARGEST:
        raise Unreadable(name, f"larger than {LARGEST // 2**20} MB")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise Unreadable(name, f"not UTF-8: byte {problem.start}") from None
    if "\x00" in text:
        raise Unreadable(name, "it holds a character that cannot be kept")
    return text
