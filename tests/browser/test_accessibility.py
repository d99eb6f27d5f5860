"""Every page in light and dark: no accessibility fault that axe finds, no policy report, no script error, no sideways scroll."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import get_resolver
from django.urls.resolvers import URLPattern

from apps.accounts.reach import held_permissions

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
    # A download, not a page.
    "integrity/key",
)
SIDEWAYS = "document.documentElement.scrollWidth > innerWidth + 1"


def addresses() -> list[tuple[str, str]]:
    """Return every address without arguments that may be opened, with the permission that it takes."""
    found = []

    def walk(patterns, prefix=""):
        for entry in patterns:
            route = prefix + str(entry.pattern)
            if isinstance(entry, URLPattern):
                policy = getattr(entry.callback, "policy", None)
                if (
                    policy
                    and "GET" in policy.methods
                    and "<" not in route
                    and not any(part in route for part in LEFT_OUT)
                ):
                    found.append(("/" + route, str(policy.permission or "")))
            else:
                walk(entry.url_patterns, route)

    walk(get_resolver().url_patterns)
    return sorted(set(found))


RULES = {"light": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


def faults(page, theme="light") -> list[str]:
    """Run axe on a page and return what it finds; in the dark, only what colours can change."""
    # Without transitions: colours half-way between two themes are nobody's.
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    only = RULES["light"] if theme == "light" else {"type": "rule", "values": ["color-contrast"]}
    results = Axe().run(page, options={"runOnly": only})
    return [
        f"{theme} {entry['id']}: {entry['help']} – {node['html'][:140]}"
        for entry in results.response["violations"]
        for node in entry["nodes"][:3]
    ]


@pytest.fixture
def everyone(owner, lead, auditor, admin, analyst):
    """Who opens which page: the first of these whose roles allow it."""
    return [lead, auditor, admin, owner]


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


def test_every_page_without_arguments(visits, system):
    problems = {}
    for address, page in visits:
        page.complaints.clear()
        answer = page.goto(address)
        # What the browser says of the page itself; axe draws with inline styles of its own.
        found = list(page.complaints) + faults(page) + faults(page, "dark")
        if answer is not None and answer.status >= 400:
            found.append(f"status {answer.status}")
        if page.evaluate(SIDEWAYS):
            found.append("scrolls sideways")
        if found:
            problems[address] = found
    assert not problems


def test_no_page_scrolls_sideways_on_a_phone(visits, system):
    problems = []
    for address, page in visits:
        for width in (320, 390):
            page.set_viewport_size({"width": width, "height": 800})
            if width == 320:
                page.goto(address)
            if page.evaluate(SIDEWAYS):
                problems.append(f"{address} at {width}")
    assert not problems


def test_the_pages_of_one_system(owner, system, open_browser):
    page = open_browser(owner, path=f"/systems/{system.key}/")
    # What the browser says of the page itself, before axe draws with inline styles of its own.
    found = list(page.complaints)
    assert not found + faults(page) + faults(page, "dark")
