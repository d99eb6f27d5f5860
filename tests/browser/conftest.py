"""A real Chromium on the real portal: signed-in visitors, what the policy refuses, what axe finds."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
SIZES = {"wide": (1280, 900), "narrow": (390, 844), "least": (320, 640)}
# Runs in the page before its own scripts; the page's policy does not hold it back.
WATCH = """
window.refusedByPolicy = [];
document.addEventListener("securitypolicyviolation", e => window.refusedByPolicy.push(e.violatedDirective + " " + e.blockedURI));
"""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """One browser for the tests of a file; without a Chromium they are skipped."""
    if CHROMIUM is None:
        pytest.skip("There is no Chromium on this machine: install the package “chromium” to run these tests.")
    from playwright.sync_api import sync_playwright

    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@dataclass
class Visitor:
    """Somebody's browser: a page, and everything that went wrong in it."""

    page: Any
    context: Any
    complaints: list[str] = field(default_factory=list)

    def open(self, address: str) -> int:
        """Go to an address; return the status."""
        response = self.page.goto(address)
        return response.status if response else 0

    def use(self, *, theme: str = "light", size: str = "wide", forced: bool = False) -> None:
        """Change what the person prefers and the width of the window."""
        self.page.emulate_media(color_scheme=theme, forced_colors="active" if forced else "none")
        width, height = SIZES[size]
        self.page.set_viewport_size({"width": width, "height": height})

    def found_by_axe(self) -> list[str]:
        """Return what axe finds wrong, one line each."""
        from axe_playwright_python.sync_playwright import Axe

        results = Axe().run(self.page).response["violations"]
        return [
            f"{found['id']}: {node['html'][:160]} ({' '.join(str(node.get('failureSummary', '')).split())[:200]})"
            for found in results
            for node in found["nodes"][:3]
        ]

    def refused_by_policy(self) -> list[str]:
        """Return what the content security policy refused, and what scripts threw.

        Ask before axe runs or a picture is taken: both add styles of their own to the page, which are refused too.
        """
        return [*self.page.evaluate("window.refusedByPolicy || []"), *self.complaints]

    def too_wide(self) -> int:
        """Return by how many pixels the page is wider than the window."""
        return self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")

    def picture(self, name: str) -> None:
        """Take a picture when BROWSER_PICTURES names a folder."""
        if folder := os.environ.get("BROWSER_PICTURES"):
            Path(folder).mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


def session_of(person: Any) -> str:
    """Sign a person in without the identity provider; return the session's key."""
    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = "apps.accounts.backends.OIDCBackend"
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.save()
    return session.session_key


@pytest.fixture
def visitor(chromium, live_server) -> Iterator[Any]:
    """Return a function that opens a browser for a person (None: not signed in)."""
    contexts = []

    def visit(person: Any = None, *, javascript: bool = True) -> Visitor:
        context = chromium.new_context(base_url=live_server.url, java_script_enabled=javascript)
        contexts.append(context)
        if javascript:
            context.add_init_script(WATCH)
        if person is not None:
            cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session_of(person), "url": live_server.url}
            context.add_cookies([cookie])
        found = Visitor(context.new_page(), context)
        found.page.on("pageerror", lambda error: found.complaints.append(f"script: {error}"))
        return found

    yield visit
    for context in contexts:
        context.close()
