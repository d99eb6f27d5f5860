"""Documents that people write: JSON, TOML or YAML, read as JSON knows values, without surprises. Pure."""

from __future__ import annotations

import json
import tomllib
from typing import Any

import yaml

# Reading YAML is slow: some 100,000 characters a second.
LONGEST_YAML = 200_000
DEEPEST = 50


class Unreadable(ValueError):
    """The text is no such document; the message names the place."""


class _PlainLoader(yaml.SafeLoader):
    """YAML as JSON knows it: dates stay text, and no name stands twice in a mapping."""

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        """Refuse names that stand twice, and names that are no text."""
        seen = set()
        for name, _value in node.value:
            word = self.construct_object(name, deep=True)
            line = name.start_mark.line + 1
            if not isinstance(word, str):
                raise Unreadable(f"Line {line}: a name must be text; put quotes around it.")
            if word in seen:
                raise Unreadable(f"Line {line}: “{word[:60]}” stands twice.")
            seen.add(word)
        return super().construct_mapping(node, deep)


_PlainLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if tag != "tag:yaml.org,2002:timestamp"]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read(text: str, *, toml: bool = False) -> Any:
    """Return the document of a text: TOML where it is said so, JSON where it begins so, otherwise YAML."""
    text = text.removeprefix("\ufeff")
    try:
        if toml:
            return json.loads(json.dumps(tomllib.loads(text), default=str))
        if text.lstrip().startswith(("{", "[")):
            return json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
        return read_yaml(text)
    except json.JSONDecodeError as problem:
        raise Unreadable(f"Line {problem.lineno}, column {problem.colno}: no JSON: {problem.msg}.") from None
    except tomllib.TOMLDecodeError as problem:
        raise Unreadable(f"No TOML: {problem}.") from None
    except RecursionError:
        raise Unreadable("This is nested too deeply.") from None


def read_yaml(text: str) -> Any:
    """Return the YAML of a text; aliases are not taken (a page of them unfolds to gigabytes)."""
    if len(text) > LONGEST_YAML:
        raise Unreadable(f"YAML is read up to {LONGEST_YAML} characters; write it as JSON.")
    try:
        _refuse_surprises(text)
        return yaml.load(text, Loader=_PlainLoader)  # noqa: S506 - a SafeLoader that takes less
    except yaml.YAMLError as problem:
        mark = getattr(problem, "problem_mark", None)
        line = f"Line {mark.line + 1}: " if mark else ""
        raise Unreadable(f"{line}no YAML: {getattr(problem, 'problem', None) or 'it cannot be read'}.") from None
    except Unreadable:
        raise
    except (ValueError, TypeError, RecursionError) as problem:
        raise Unreadable(f"No YAML: {str(problem)[:200] or 'nested too deeply'}.") from None


def _refuse_surprises(text: str) -> None:
    """Refuse aliases and deep nests as soon as they begin: reading them takes far longer than writing them."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if isinstance(event, yaml.events.AliasEvent):
            raise Unreadable(f"Line {event.start_mark.line + 1}: aliases are not taken.")
        depth += isinstance(event, yaml.events.CollectionStartEvent)
        depth -= isinstance(event, yaml.events.CollectionEndEvent)
        if depth > DEEPEST:
            raise Unreadable(f"Line {event.start_mark.line + 1}: this is nested too deeply.")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise Unreadable(f"“{name[:60]}” stands twice in one object.")
        found[name] = value
    return found


def _no_number(word: str) -> Any:
    raise Unreadable(f"{word} is no number of JSON.")
