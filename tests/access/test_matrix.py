"""Every route, method, persona and relation: what answers, compared with the table that people reviewed.

To change what is expected: WRITE_ACCESS_MATRIX=1 python -m pytest tests/access, then read the difference of
tests/access/matrix.csv line by line.
"""

from __future__ import annotations

import csv
import os
import zlib
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.template.backends.django import Template
from django.test import Client

from apps.audit.models import Entry

from . import data_samples as data_samples
from . import registry_samples as registry_samples
from . import upper_samples as upper_samples
from .routes import Route, all_routes
from .samples import values_for
from .world import PERSONAS, RELATIONS, World

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(600)]

TABLE = Path(__file__).with_name("matrix.csv")
# "1" writes everything anew, "new" only routes that the table does not list yet.
WRITING = os.environ.get("WRITE_ACCESS_MATRIX", "")
HEADER = ("route", "method", "object", *PERSONAS)
# Rooms with many routes are walked in parts, for two processes to work side by side to the end.
PARTS = {"api": 6, "catalog": 3, "registry": 3, "inventory": 2}
# Everybody may ask for these; the list grows only with a reviewer's eyes on it.
PUBLIC = {
    "accounts:back_channel_sign_out", "accounts:callback", "accounts:sign_in", "accounts:sign_out", "accounts:signed_out",
    "decisions:configuration", "decisions:evaluation", "decisions:evaluations", "decisions:keys", "exchange:mlflow_webhook",
    "gateway:litellm", "kit",
    "registry:permit_keys", "registry:permit_status",
}  # fmt: skip
# Programs ask here with a token, at addresses that a standard gives; a cookie is nobody.
# MLflow signs what it sends, with a secret of each server.
BY_TOKEN = {"decisions:evaluation", "decisions:evaluations", "exchange:mlflow_webhook", "gateway:litellm"}
# Programs fetch these by GET; that they left the house is kept, as a reading of a record is.
KEPT_WHEN_FETCHED = {"catalog.bundle.issued", "registry.bundle.issued"}
Cell = dict[tuple[str, str, str, str], str]


class RolledBack(Exception):
    """Ends the savepoint of one request."""


def relations(route: Route) -> tuple[str, ...]:
    return RELATIONS if route.parameters else ("",)


def newest_entry() -> int:
    """Return the number of the newest entry: the same for all who ask alike, as what they do is undone."""
    return Entry.objects.order_by("-id").values_list("id", flat=True).first() or 0


def written_since(last: int) -> list[str]:
    """Name the events of changes and operations after an entry of the ledger."""
    found = Entry.objects.filter(id__gt=last, kind__in=("change", "operation")).exclude(event__in=KEPT_WHEN_FETCHED)
    return list(found.values_list("event", flat=True)[:3])


def ask(world: World, route: Route, method: str, persona: str, relation: str) -> Any:
    """Make one request whose effects are undone; reading has none in the ledger."""
    values = values_for(route, world, relation)
    headers = {}
    if route.is_api:
        client = Client()
        headers = {"Authorization": f"Bearer {world.tokens[persona]}"} if world.tokens[persona] else {}
    else:
        client = world.clients[persona]
        client.cookies = world.cookies(persona)
    client.raise_request_exception = False
    response = None
    last = world.remember("last entry", f"{method} {route.name} {relation}", newest_entry)
    try:
        with transaction.atomic():
            response = client.generic(
                method,
                route.path(values),
                b"{}" if route.is_api and method != "GET" else b"",
                "application/json" if route.is_api else "application/x-www-form-urlencoded",
                headers=headers,
            )
            if method == "GET" and not signs_in(route):
                assert not (events := written_since(last)), f"GET {route.name} as {persona} wrote {events}"
            raise RolledBack
    except RolledBack:
        return response


def signs_in(route: Route) -> bool:
    """Tell whether a page may begin a session, which is a change."""
    return bool(getattr(route.policy, "public", False)) and not route.is_api


def verdict(response: Any) -> str:
    """Shorten an answer to what the table shows."""
    if response.status_code in (301, 302, 303):
        return "sign in" if response.url.startswith("/sign-in/?next=") else "go on"
    return str(response.status_code)


@pytest.fixture
def render_once(monkeypatch):
    """Render each template once for all: who may see a page does not depend on its looks."""
    seen: dict[str, Any] = {}
    original = Template.render

    def render(self, context=None, request=None):
        name = str(self.template.name)
        if name not in seen:
            seen[name] = original(self, context, request)
        return seen[name]

    monkeypatch.setattr(Template, "render", render)


def reviewed() -> Cell:
    if not TABLE.exists():
        return {}
    with TABLE.open() as file:
        return {
            (row["route"], row["method"], row["object"], persona): row[persona]
            for row in csv.DictReader(file)
            for persona in PERSONAS
        }


def write(names: set[str], found: Cell) -> None:
    others = {route.name for route in all_routes()} - names
    kept = {key: value for key, value in reviewed().items() if key[0] in others}
    table = kept | found
    lines = sorted({key[:3] for key in table})
    with TABLE.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(HEADER)
        writer.writerows([*line, *(table[(*line, persona)] for persona in PERSONAS)] for line in lines)


def shut(route: Route, method: str, persona: str, world: World) -> bool:
    """Tell whether a page is shut to a persona whatever the object: then one object is enough to ask about."""
    if persona in ("anonymous", "inactive"):
        return True
    if route.is_api and not world.token_is_valid(persona):
        return True
    permission = route.permission(method)
    return permission is not None and not world.holds(persona, permission)


def _already_asked(route: Route, method: str, relation: str, persona: str) -> tuple[str, str]:
    """Name the request that tells for this one, where a page is shut: its first object and, once signed in, method."""
    alike = persona not in ("anonymous", "inactive") and not route.is_api
    first = route.methods[0] if alike else method
    return first, relations(route)[0]


def names_agree_with_policy(route: Route, method: str, persona: str, answer: str, world: World) -> bool:
    """Check an answer against the view's own declaration: the table cannot bless what the policy forbids."""
    if answer.startswith("5"):
        # There is no identity provider in this world, and the way to it says so.
        return route.name == "accounts:sign_in" and answer == "503"
    if route.is_api and not world.token_is_valid(persona):
        return answer == "401"
    if getattr(route.policy, "public", False) and not route.is_api:
        return answer != "sign in"
    if persona in ("anonymous", "inactive"):
        return answer in ("sign in", "401")
    permission = route.permission(method)
    if permission is not None and not world.holds(persona, permission):
        return answer in ("403", "404")
    return answer not in ("sign in", "401")


def parts() -> list[Any]:
    """Return the routes of each room in parts; a route's name decides which, whatever other routes there are."""
    found: dict[str, list[Route]] = {}
    for route in sorted(all_routes(), key=lambda one: (one.name, one.pattern)):
        part = zlib.crc32(route.name.encode()) % PARTS.get(route.room, 1)
        found.setdefault(f"{route.room}-{part + 1}", []).append(route)
    return [pytest.param(routes, id=part) for part, routes in sorted(found.items())]


@pytest.mark.parametrize("routes", parts())
def test_every_cell(routes, world, render_once):
    found: Cell = {}
    wrong: list[str] = []
    if WRITING == "new":
        listed = {key[0] for key in reviewed()}
        routes = [route for route in routes if route.name not in listed]
    for route in routes:
        assert route.policy is not None, f"{route.name} ({route.pattern}) declares no policy"
        assert route.methods, f"{route.name} ({route.pattern}) takes no method"
        for method in route.methods:
            for relation in relations(route):
                for persona in PERSONAS:
                    known = found.get((route.name, *_already_asked(route, method, relation, persona), persona))
                    if known is not None and shut(route, method, persona, world):
                        answer = known
                    else:
                        answer = verdict(ask(world, route, method, persona, relation))
                    found[route.name, method, relation, persona] = answer
                    if not names_agree_with_policy(route, method, persona, answer, world):
                        wrong.append(f"{method} {route.name} {relation} as {persona}: {answer} against its policy")
    assert not wrong, "\n".join(wrong[:40])
    names = {route.name for route in routes}
    if WRITING:
        write(names, found)
        return
    expected = {key: value for key, value in reviewed().items() if key[0] in names}
    different = [
        f"{key}: {found.get(key, 'gone')} instead of {expected.get(key, 'unlisted')}"
        for key in sorted(found.keys() | expected.keys())
        if found.get(key) != expected.get(key)
    ]
    assert not different, f"{len(different)} cells differ from the table:\n" + "\n".join(different[:40])


def test_the_table_lists_every_route_and_no_other():
    listed = {key[0] for key in reviewed()}
    assert listed == {route.name for route in all_routes()}


def test_public_routes_are_few_and_known():
    public = {r.name for r in all_routes() if getattr(r.policy, "public", False) and not r.is_api}
    assert public <= PUBLIC | {"portal:healthz", "portal:readyz", "portal:metrics", "healthz", "readyz", "metrics"}


def test_writing_takes_the_token_of_the_form(world, render_once):
    strict = {name: Client(enforce_csrf_checks=True) for name in ("lead", "admin")}
    for name, client in strict.items():
        client.cookies = world.clients[name].cookies
        client.raise_request_exception = False
    for route in all_routes():
        for method in set(route.methods) - {"GET"}:
            values = values_for(route, world, relations(route)[0])
            for client in strict.values():
                answer = client.generic(method, route.path(values), b"", "application/x-www-form-urlencoded")
                if route.is_api or route.name in BY_TOKEN:
                    assert answer.status_code == 401, f"{method} {route.name} took a cookie"
                elif route.name != "accounts:back_channel_sign_out":
                    assert answer.status_code == 403, f"{method} {route.name} took a request without its token"


def test_methods_that_are_not_declared_are_refused(world, render_once):
    for route in all_routes():
        values = values_for(route, world, relations(route)[0])
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "TRACE"} - set(route.methods):
            if route.is_api:
                continue
            world.clients["lead"].raise_request_exception = False
            answer = world.clients["lead"].generic(method, route.path(values))
            assert answer.status_code in (404, 405), f"{method} {route.name}: {answer.status_code}"
