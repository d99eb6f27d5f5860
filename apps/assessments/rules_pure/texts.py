"""Reading packs and policies: YAML without surprises, and problems that name their place."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Mapping
from typing import Any

import yaml


class PackProblems(Exception):
    """Everything that is wrong with a text, each problem with its place."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


class _Loader(yaml.SafeLoader):
    """YAML in which yes and no are words, and a key stands once."""


_Loader.yaml_implicit_resolvers = {
    letter: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
    for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    loader.flatten_mapping(node)
    pairs = loader.construct_pairs(node, deep=True)
    seen: set[Any] = set()
    for key, _value in pairs:
        if key in seen:
            line = node.start_mark.line + 1
            raise PackProblems([f"line {line}: the key “{key}” stands twice"])
        seen.add(key)
    return dict(pairs)


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)


def read_text(text: str) -> dict[str, Any]:
    """Parse a pack's or policy's text into plain data."""
    try:
        content = yaml.load(text, Loader=_Loader)  # noqa: S506 - a SafeLoader without booleans
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f"line {mark.line + 1}, column {mark.column + 1}" if mark else "the text"
        raise PackProblems([f"{place}: {getattr(error, 'problem', None) or 'not readable as YAML'}"]) from error
    if not isinstance(content, dict):
        raise PackProblems(["the text: a mapping is expected at the top"])
    return content


def digest_of(text: str) -> str:
    """Return the hash under which a text is known: SHA-256 of it in NFC with plain line ends."""
    plain = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    return hashlib.sha256(plain.encode()).hexdigest()


class Reader:
    """Takes values out of a mapping, noting what is missing, wrong or unknown with its place."""

    def __init__(self, source: Any, place: str, problems: list[str]) -> None:
        self.place, self.problems = place, problems
        self.source: Mapping[str, Any] = source if isinstance(source, Mapping) else {}
        self.taken: set[str] = set()
        if not isinstance(source, Mapping):
            self.note("a mapping is expected")

    def note(self, problem: str, key: str = "") -> None:
        """Remember a problem at this place."""
        self.problems.append(f"{self.place}{'.' + key if key else ''}: {problem}")

    def text(self, key: str, default: str | None = "") -> str:
        """Take a text; None as default means that it must be there."""
        value = self._take(key, default)
        if value is not None and not isinstance(value, str | int | float):
            self.note("a text is expected", key)
            return ""
        return str(value if value is not None else "").strip()

    def flag(self, key: str, default: bool = False) -> bool:
        """Take a yes or no."""
        value = str(self._take(key, "yes" if default else "no")).lower()
        if value not in {"yes", "no", "true", "false"}:
            self.note("yes or no is expected", key)
        return value in {"yes", "true"}

    def number(self, key: str, default: Any = None) -> Any:
        """Take a whole number."""
        value = self._take(key, default)
        if value is not None and not isinstance(value, int):
            self.note("a whole number is expected", key)
            return default
        return value

    def items(self, key: str, *, needed: bool = False) -> list[Any]:
        """Take a list."""
        value = self._take(key, None if needed else [])
        if value is None:
            return []
        if not isinstance(value, list):
            self.note("a list is expected", key)
            return []
        return value

    def table(self, key: str) -> dict[str, Any]:
        """Take a mapping."""
        value = self._take(key, {})
        if not isinstance(value, dict):
            self.note("a mapping is expected", key)
            return {}
        return value

    def value(self, key: str) -> Any:
        """Take whatever stands there, or None."""
        self.taken.add(key)
        return self.source.get(key)

    def finish(self) -> None:
        """Note the keys that nobody asked for: they are spelling mistakes."""
        for key in self.source:
            if key not in self.taken:
                self.note("this key is not known", str(key))

    def _take(self, key: str, default: Any) -> Any:
        self.taken.add(key)
        if key not in self.source:
            if default is None:
                self.note("this must be given", key)
            return default
        return self.source[key]
