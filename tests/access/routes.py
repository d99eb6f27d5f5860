"""Every route of the portal, read from the URL resolver, with the policy that its view declares."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

# The files of the interface; nobody's data.
NOT_OURS = ("static",)


@dataclass(frozen=True)
class Route:
    """One address: its pattern, its name, the names in it, the methods it takes, and who may use it."""

    pattern: str
    name: str
    parameters: tuple[str, ...]
    methods: tuple[str, ...]
    policy: Any
    view: Any

    @property
    def room(self) -> str:
        return self.name.split(":")[0] if ":" in self.name else "portal"

    @property
    def is_api(self) -> bool:
        return self.pattern.startswith("api/v1/")

    def path(self, values: dict[str, str]) -> str:
        return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda match: str(values[match[1]]), self.pattern)


@functools.cache
def all_routes() -> list[Route]:
    """Return every route, by pattern."""
    return sorted(_walk(get_resolver().url_patterns, "", ""), key=lambda route: (route.pattern, route.name))


def _walk(patterns: list[Any], prefix: str, namespace: str) -> Iterator[Route]:
    for entry in patterns:
        pattern = prefix + str(entry.pattern).removeprefix("^").removesuffix("$")
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from _walk(entry.url_patterns, pattern, inner)
        elif isinstance(entry, URLPattern) and not pattern.startswith(NOT_OURS):
            policy = getattr(entry.callback, "policy", None)
            yield Route(
                pattern=pattern,
                name=f"{namespace}{entry.name or pattern}",
                parameters=tuple(re.findall(r"<(?:\w+:)?(\w+)>", pattern)),
                methods=_methods(pattern, policy),
                policy=policy,
                view=entry.callback,
            )


def _methods(pattern: str, policy: Any) -> tuple[str, ...]:
    if pattern.startswith("api/v1/"):
        return _api_methods(pattern)
    declared = getattr(policy, "methods", ()) or ()
    return tuple(sorted(set(declared) - {"HEAD", "OPTIONS"}))


def _api_methods(pattern: str) -> tuple[str, ...]:
    from portal.api import document

    wanted = "/" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", pattern)
    found = document()["paths"].get(wanted, {})
    return tuple(sorted(method.upper() for method in found))
