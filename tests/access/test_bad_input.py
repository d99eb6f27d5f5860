"""Bad input on every form and endpoint: an answer for whoever sent it, never a fault of ours.

Each route is asked by the first persona that may use it, about their own object, with every field that its form or
schema names filled with the same odd thing; each run takes the same two of the odd things for a route.
"""

from __future__ import annotations

import json
import os
import re
from typing import Any
from urllib.parse import quote, quote_plus
from zlib import crc32

import pytest
from django.db import transaction
from django.template.backends.django import Template
from django.test import Client

from apps.accounts import reach
from portal.api import PREFIX, document

from .form_filler import forms_in
from .samples import values_for
from .test_matrix import RolledBack, parts, relations

# EVERY_ODD_INPUT=1 tries everything everywhere, which takes minutes.
EVERY = os.environ.get("EVERY_ODD_INPUT") == "1"
pytestmark = [pytest.mark.django_db, pytest.mark.timeout(300)]

FORM = "application/x-www-form-urlencoded"
# The fields that many forms share; a page whose form cannot be read is asked with these.
USUAL = {"reason", "text", "name", "do", "subject_type", "subject_id", "submission", "key", "question", "value", "file"}
ODD = {
    "nul": "a\x00b",
    "long": "9" * 4000,
    "identifier": "00000000-0000-0000-0000-00000000000g",
    "number": "1e999",
    "date": "0000-13-45",
    "words": "'\";--<script>%s%n\u202e\U0001f600",
}
QUERY = (
    "q",
    "sort",
    "after",
    "cursor",
    "limit",
    "page",
    "export",
    "next",
    "tab",
    "about",
    "about_type",
    "system",
    "use_case",
)
PEOPLE = ("owner", "lead", "employee", "analyst", "admin", "sponsor", "auditor", "architect", "legal", "privacy")


@pytest.fixture
def drawing(monkeypatch):
    """Draw each template once, except where the answer is read: what is wrong shows before the drawing."""
    seen: dict[str, Any] = {}
    state = {"always": False}
    original = Template.render

    def render(self, context=None, request=None):
        name = str(self.template.name)
        if state["always"] or name not in seen:
            seen[name] = original(self, context, request)
        return seen[name]

    monkeypatch.setattr(Template, "render", render)
    return state


def _asker(world, route, method):
    permission = route.permission(method)
    fits = (p for p in PEOPLE if permission is None or reach.holds(world.people[p], permission))
    return next(fits, "lead")


def _send(world, route, method, persona, body: bytes = b"", kind: str = FORM, query: str = ""):
    """Make one request whose effects are undone, and return its status."""
    path = route.path({n: quote(str(v)) for n, v in values_for(route, world, relations(route)[0]).items()})
    client = Client() if route.is_api else world.clients[persona]
    client.raise_request_exception = False
    headers = {"Authorization": f"Bearer {world.tokens[persona]}"} if route.is_api else {}
    if not route.is_api:
        client.cookies = world.cookies(persona)
    answer: Any = None
    try:
        with transaction.atomic():
            answer = client.generic(method, path + query, body, kind, headers=headers)
            raise RolledBack
    except RolledBack:
        return answer


def _bodies(fields: dict[str, str | None]):
    """Yield bodies of a form: every free field odd, and once every field."""
    for name, odd in ODD.items():
        yield name, "&".join(f"{f}={quote_plus(v or odd)}" for f, v in fields.items()).encode(), FORM
    yield "choice", "&".join(f"{f}={quote_plus(ODD['identifier'])}" for f in fields).encode(), FORM
    yield "choice nul", "&".join(f"{f}=%00" for f in fields).encode(), FORM
    yield "not utf-8", "&".join(f"{f}=%ff%fe" for f in fields).encode(), FORM
    yield "no boundary", b"x", "multipart/form-data"
    yield (
        "broken multipart",
        b'--b\r\nContent-Disposition: form-data; name="file"\r\n\r\nx',
        "multipart/form-data; boundary=b",
    )
    parts = "".join(
        f'--b\r\nContent-Disposition: form-data; name="{f}"\r\n\r\n{v or "x"}\r\n' for f, v in fields.items()
    )
    file = (
        '--b\r\nContent-Disposition: form-data; name="file"; filename="../a\x00\u202e.txt"\r\n\r\n\x00\xff\r\n--b--\r\n'
    )
    yield "odd file", (parts + file).encode(), "multipart/form-data; boundary=b"
    yield "json", b'{"reason": [1', "application/json"


def _value(schema: dict[str, Any], known: dict[str, Any], odd: Any, depth: int = 0) -> Any:
    """Return something of a schema's own type that is odd all the same."""
    known = known | schema.get("$defs", {})
    if "$ref" in schema:
        return _value(known[schema["$ref"].rsplit("/", 1)[-1]], known, odd, depth)
    if "anyOf" in schema:
        return _value(schema["anyOf"][0], known, odd, depth)
    kind = schema.get("type")
    if kind == "object":
        inner = {n: _value(s, known, odd, depth + 1) for n, s in schema.get("properties", {}).items()}
        return inner or {odd[:50]: odd}
    if kind == "array":
        return [_value(schema.get("items", {}), known, odd, depth + 1)]
    if kind in ("integer", "number"):
        return 10**25
    if kind == "boolean":
        return True
    return {"date": "9999-12-31", "date-time": "9999-12-31T23:59:59Z", "uuid": ODD["identifier"]}.get(
        schema.get("format", ""), odd
    )


def _described(route, method):
    path = _bare(PREFIX + route.pattern.removeprefix("api/v1/"))
    return next(
        (m[method.lower()] for p, m in document()["paths"].items() if _bare(p) == path and method.lower() in m), {}
    )


def _documents(route, method):
    known = document().get("components", {}).get("schemas", {})
    for content in _described(route, method).get("requestBody", {}).get("content", {}).values():
        for name, odd in ODD.items():
            yield name, json.dumps(_value(content.get("schema", {}), known, odd)).encode(), "application/json"
    yield "list", b"[[]]", "application/json"
    yield "null", b"null", "application/json"
    yield "half", b'{"a": ', "application/json"
    yield "deep", b"[" * 3000 + b"]" * 3000, "application/json"
    yield "not utf-8", b'{"reason": "\xff"}', "application/json"
    yield (
        "surrogate",
        b'{"reason": "\\ud800", "name": "\\ud800", "purpose": "\\ud800", "text": "\\ud800"}',
        "application/json",
    )
    yield "no boundary", b"x", "multipart/form-data"


def _bare(path: str) -> str:
    return re.sub(r"[<{](?:\w+:)?(\w+)[>}]", "{}", path)


# Two of them are cursors: a NUL, and a number that no column holds.
ODD_QUERIES = (
    "a\x00b",
    ODD["words"],
    "WyJcdTAwMDAiXQ",
    "WyI5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OSJd",
    str(10**30),
    "0000-13-45",
)


def _page_queries(fields: set[str]):
    for odd in ODD_QUERIES:
        yield "?" + "&".join(f"{name}={quote_plus(odd)}" for name in sorted({*QUERY, *fields}))


def _api_queries(route):
    """Yield odd parameters one by one: an endpoint complains of the first."""
    named = {p["name"] for p in _described(route, "GET").get("parameters", []) if p["in"] == "query"}
    for name in sorted(named | {"cursor"}):
        for odd in ODD_QUERIES:
            yield f"?{name}={quote_plus(odd)}"


def _fields(world, route, persona, drawing) -> dict[str, str | None]:
    """Read the names of a page's fields from the page itself."""
    drawing["always"] = True
    plain = _send(world, route, "GET", persona)
    drawing["always"] = False
    found: dict[str, str | None] = {}
    for form in forms_in("" if plain.streaming else plain.content.decode(errors="replace")):
        found = form.given() | found
    found.pop("csrfmiddlewaretoken", None)
    return found


def _tries(world, route, method, persona, drawing):
    """Return what to send to a route: a name for it, the body with its type, and the query."""
    if route.is_api:
        if method != "GET":
            return [(*entry, "") for entry in _documents(route, method)]
        return [(query, b"", FORM, query) for query in _api_queries(route)]
    fields = _fields(world, route, persona, drawing) if "GET" in route.methods else {}
    if method == "GET":
        return [(query[:60], b"", FORM, query) for query in _page_queries(set(fields))]
    fields.pop("q", None)
    return [(*entry, "") for entry in _bodies(fields or dict.fromkeys(USUAL))]


def _share(tries: list[Any], name: str) -> list[Any]:
    """Take two of a route's tries, other ones than its neighbours': together they come round."""
    begin = crc32(name.encode())
    return tries if EVERY else [tries[(begin + step * 5) % len(tries)] for step in range(min(2, len(tries)))]


@pytest.mark.parametrize("routes", parts())
def test_bad_input_is_answered(routes, world, drawing):
    wrong = []
    for route in (route for route in routes if route.name != "accounts:sign_in"):
        for method in route.methods:
            persona = _asker(world, route, method)
            for name, body, kind, query in _share(
                _tries(world, route, method, persona, drawing), route.pattern + method
            ):
                answer = _send(world, route, method, persona, body, kind, query)
                if answer.status_code >= 500:
                    cause = getattr(answer, "exc_info", None) or ("", answer.status_code)
                    wrong.append(f"{method} {route.name} as {persona}, {name}: {cause[1]!r:.200}")
    assert not wrong, f"{len(wrong)} faults:\n" + "\n".join(wrong)
