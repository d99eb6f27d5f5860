"""Every page in light and dark: no accessibility fault that axe finds, no policy report, no script error, no sideways scroll."""

from __future__ import annotations

import json
import zlib
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Error as PlaywrightError

from apps.accounts.reach import held_permissions
from tests.access import data_samples as data_samples
from tests.access import registry_samples as registry_samples
from tests.access import upper_samples as upper_samples
from tests.access.routes import Route, all_routes
from tests.access.samples import ABSENT, values_for
from tests.access.world import own_storage, world

__all__ = ["own_storage", "world"]

pytestmark = pytest.mark.django_db(transaction=True)

LEFT_OUT = (
    "api/",
    "sign-in/callback",
    "healthz",
    "readyz",
    "metrics",
    "sign-out",
    "back-channel",
    "work/count",
    "intake/similar",
    "integrity/checkpoint",
    # These ask for what they are about in the query.
    "assessments/new",
    "assessments/risks/new",
    # Downloads, not pages.
    "integrity/key",
    "model-access/gateways/export",
    # Documents for programs.
    ".well-known",
    "access/v1",
)
SIDEWAYS = "document.documentElement.scrollWidth > innerWidth + 1"


def addresses() -> list[tuple[str, str]]:
    """Return every address without arguments that may be opened, with the permission that it takes."""
    return sorted(
        {("/" + route.pattern, str(route.policy.permission or "")) for route in pages() if not route.parameters}
    )


def pages() -> list[Route]:
    """Return every route that shows a page."""
    return [
        route
        for route in all_routes()
        if not route.is_api and "GET" in route.methods and not any(part in route.pattern for part in LEFT_OUT)
    ]


RULES = {"light": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


# Pages about a record are looked at in so many tests, for two processes to share them.
PARTS = 4


RUN = "options => axe.run(options).then(found => found.violations)"


def faults(page, theme="light") -> list[str]:
    """Run axe on a page and return what it finds; in the dark, only what colours can change."""
    # Without transitions: colours half-way between two themes are nobody's.
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    only = RULES["light"] if theme == "light" else {"type": "rule", "values": ["color-contrast"]}
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(Axe().axe_script)
    # Only what is wrong: what is right is long and slow to hand over. Without style sheets of axe's own, which our
    # policy refuses, and which the browser complains of when the next page is open already.
    options = {"runOnly": only, "resultTypes": ["violations"], "preload": False}
    return [
        f"{theme} {entry['id']}: {entry['help']} – {node['html'][:140]}"
        for entry in page.evaluate(RUN, options)
        for node in entry["nodes"][:3]
    ]


@pytest.fixture
def everyone(owner, lead, auditor, admin, steward, legal, model_owner):
    """Who opens which page: the first of these whose roles allow it."""
    return [lead, auditor, admin, owner, steward, legal, model_owner]


@pytest.fixture
def visits(everyone, open_browser):
    """Every address with a page of somebody who may open it."""
    held = [(held_permissions(person), open_browser(person)) for person in everyone]
    found = []
    for address, permission in addresses():
        for permissions, page in held:
            if not permission or permission in permissions:
                found.append((address, page))
                break
        else:
            pytest.fail(f"Nobody may open {address}.")
    return found


def faults_of(page, address) -> list[str]:
    """Open an address wide and narrow, light and dark, and return all that is wrong."""
    page.complaints.clear()
    page.set_viewport_size({"width": 1280, "height": 900})
    try:
        answer = page.goto(address)
    except PlaywrightError as problem:
        if "Download is starting" in str(problem):
            return []
        raise
    # What the browser says of the page itself; axe draws with inline styles of its own.
    found = list(page.complaints) + faults(page) + faults(page, "dark")
    if answer is not None and answer.status >= 400:
        found.append(f"status {answer.status}")
    for width in (1280, 390, 320):
        page.set_viewport_size({"width": width, "height": 800})
        if page.evaluate(SIDEWAYS):
            found.append(f"scrolls sideways at {width}")
    return found


@pytest.mark.timeout(240)
def test_every_page_without_arguments(visits, system):
    problems = {address: found for address, page in visits if (found := faults_of(page, address))}
    assert not problems, json.dumps(problems, indent=1)


@pytest.mark.timeout(400)
@pytest.mark.parametrize("part", range(PARTS))
def test_every_page_about_something(world, open_browser, part):
    readers = [
        world.people[name]
        for name in ("lead", "owner", "model_owner", "steward", "legal", "analyst", "auditor", "admin", "architect")
    ]
    held = {person.pk: held_permissions(person) for person in readers}
    opened: dict[Any, Any] = {}
    problems, seen = {}, 0
    for route in pages():
        # Made for every page, for each part to look at records that are as full.
        values = values_for(route, world, "own")
        if zlib.crc32(route.name.encode()) % PARTS != part:
            continue
        if not values or ABSENT in values.values():
            continue
        address = route.path(values)
        for person in readers:
            if route.policy.permission and route.policy.permission not in held[person.pk]:
                continue
            page = opened.setdefault(person.pk, None) or open_browser(person)
            opened[person.pk] = page
            found = faults_of(page, address)
            if not any(fault.startswith("status 40") for fault in found):
                seen += 1
                problems |= {address: found} if found else {}
                break
    assert not problems, json.dumps(problems, indent=1)
    # Some steps are nobody's to take just now: their pages answer with the reason, which other tests read.
    assert seen >= 55 // PARTS
