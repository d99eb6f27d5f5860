"""What every reader of other people's files shares: the one error, and documents without surprises."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import UTC, datetime
from typing import Any

import yaml

LARGEST = 20 * 1024 * 1024
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
        return json.loads(_text(content, name))
    except (ValueError, RecursionError) as problem:
        raise Unreadable(name, f"no JSON: {str(problem)[:200]}") from None


def yaml_document(content: bytes, name: str = "") -> Any:
    """Return the YAML (or JSON) of a file; raise `Unreadable` with the line otherwise."""
    try:
        return yaml.load(_text(content, name), Loader=PlainLoader)  # noqa: S506 - a SafeLoader that takes less
    except yaml.YAMLError as problem:
        mark = getattr(problem, "problem_mark", None)
        line = f"line {mark.line + 1}: " if mark else ""
        raise Unreadable(name, f"{line}no YAML: {getattr(problem, 'problem', None) or 'cannot be read'}") from None
    except Unreadable as problem:
        raise Unreadable(name, problem.reason) from None
    except (ValueError, RecursionError, TypeError) as problem:
        raise Unreadable(name, f"no YAML: {str(problem)[:200]}") from None


def unpacked(files: dict[str, bytes]) -> dict[str, bytes]:
    """Return files with zip archives opened, by their names without folders; bounded in number and size."""
    found: dict[str, bytes] = {}
    for name, content in files.items():
        if not content.startswith(b"PK\x03\x04"):
            found[name.rsplit("/", 1)[-1]] = content
            continue
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                for entry in archive.infolist()[: MOST_FILES + 1]:
                    if not entry.is_dir():
                        found[entry.filename.rsplit("/", 1)[-1]] = _entry(archive, entry, name)
        except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError) as problem:
            raise Unreadable(name, f"the archive cannot be read: {str(problem)[:120]}") from None
    if len(found) > MOST_FILES:
        raise Unreadable("", f"more than {MOST_FILES} files at once")
    return found


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
    if "\x00" in text or "\\u0000" in text:
        raise Unreadable(name, "it holds a character that cannot be kept")
    return text
