"""The API of the portal: every room's router under one address, and a page that documents them."""

from __future__ import annotations

import functools
import importlib.util
from importlib import import_module
from typing import Any

from django.apps import apps
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import URLPattern
from ninja import NinjaAPI

from apps.accounts.backends.tokens import TokenAuthentication
from apps.web.api import Parser, install_problems
from apps.web.pages import page, public

VERSION = "1.0"
PREFIX = "/api/v1/"
DESCRIPTION = """Everything the portal does in the browser, for programs.

Send a token as `Authorization: Bearer gatehouse_…`; issue one on the page “API tokens”. Lists are pages of at most 200
items: follow `next` as `cursor`. Errors are problem documents (RFC 9457). Send `Idempotency-Key` with a write that may
be repeated: the second one answers with the first result."""


def build() -> NinjaAPI:
    """Assemble the API from the routers of the installed rooms."""
    api = NinjaAPI(
        title="Gatehouse",
        version=VERSION,
        description=DESCRIPTION,
        auth=TokenAuthentication(),
        openapi_url=None,
        docs_url=None,
        urls_namespace="api",
        parser=Parser(),
    )
    install_problems(api)
    for config in sorted(apps.get_app_configs(), key=lambda found: found.name):
        if config.name.startswith("apps.") and importlib.util.find_spec(f"{config.name}.api"):
            router = getattr(import_module(f"{config.name}.api"), "router", None)
            if router is not None:
                api.add_router("", router)
    return api


api = build()


@page(permission=None, methods=("GET",))
def reference(request: HttpRequest) -> HttpResponse:
    """Show the API as a page that people can read."""
    return render(request, "api/reference.html", {"document": document(), "groups": _groups(document())})


@page(permission=None, methods=("GET",))
def openapi(request: HttpRequest) -> HttpResponse:
    """Answer with the OpenAPI document."""
    return JsonResponse(document())


@functools.cache
def document() -> dict[str, Any]:
    """Return the OpenAPI document of the API."""
    return dict(api.get_openapi_schema(path_prefix=PREFIX))


def endpoints() -> list[URLPattern]:
    """Return the addresses of the API; each endpoint asks for its token and permission itself."""
    patterns = [pattern for pattern in api.urls[0] if isinstance(pattern, URLPattern) and pattern.name != "api-root"]
    declare = public(reason="Every endpoint asks for a token itself.", methods=METHODS)
    return [URLPattern(p.pattern, _declared(declare, p.callback), p.default_args, p.name) for p in patterns]


METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


def _declared(declare: Any, view: Any) -> Any:
    declared = declare(view)
    declared.csrf_exempt = True  # a token in a header is never sent by a browser on its own
    return declared


def _groups(described: dict[str, Any]) -> list[tuple[str, list[dict[str, Any]]]]:
    """Sort the endpoints of the document by their first tag."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, methods in described["paths"].items():
        for method, details in methods.items():
            fields = details.get("requestBody", {}).get("content", {})
            entry = {
                "method": method.upper(),
                "path": path,
                "summary": details.get("summary", ""),
                "description": details.get("description", ""),
                "parameters": details.get("parameters", []),
                "body": [_resolve(described, content.get("schema", {})) for content in fields.values()],
                "answers": _answers(described, details),
            }
            groups.setdefault((details.get("tags") or ["Other"])[0], []).append(entry)
    return sorted(groups.items())


def _answers(described: dict[str, Any], details: dict[str, Any]) -> list[dict[str, Any]]:
    found = []
    for status, answer in details.get("responses", {}).items():
        schemas = [_resolve(described, content.get("schema", {})) for content in answer.get("content", {}).values()]
        found.append({"status": status, "schemas": schemas})
    return found


def _resolve(described: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """Return name and fields of a schema, one level deep."""
    name = schema.get("$ref", "").rsplit("/", 1)[-1]
    target = described.get("components", {}).get("schemas", {}).get(name, schema)
    fields = [
        {"name": field, "type": _type(details), "required": field in target.get("required", [])}
        for field, details in target.get("properties", {}).items()
    ]
    return {"name": name or target.get("title", ""), "fields": fields}


def _type(details: dict[str, Any]) -> str:
    if "$ref" in details:
        return str(details["$ref"].rsplit("/", 1)[-1])
    if "anyOf" in details:
        return " or ".join(_type(option) for option in details["anyOf"])
    if details.get("type") == "array":
        return f"list of {_type(details.get('items', {}))}"
    return str(details.get("format") or details.get("type") or "anything")
