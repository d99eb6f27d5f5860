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

    def permission(self, method: str) -> Any:
        """Return the permission that a method takes: the page's, or the endpoint's."""
        if self.is_api:
            return _endpoint_permissions()[_written(self.pattern), method]
        return getattr(self.policy, "permission", None)

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
    found = sorted(_walk(get_resolver().url_patterns, "", ""), key=lambda route: (route.pattern, route.name))
    # The API's kit names an address once for each method; the first name stands for it.
    return list({route.pattern: route for route in reversed(found)}.values())[::-1]


@functools.cache
def _endpoint_permissions() -> dict[tuple[str, str], Any]:
    from portal.api import api

    return {
        (_written(f"api/v1{path}"), method): operation.view_func.permission
        for _prefix, router in api._routers
        for path, view in router.path_operations.items()
        for operation in view.operations
        for method in operation.methods
    }


def _written(pattern: str) -> str:
    """Write an address of the API with bare names: <uuidstr:key> and {uuid:key} are {key}."""
    return re.sub(r"[<{](?:\w+:)?(\w+)[>}]", r"{\1}", pattern)


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
