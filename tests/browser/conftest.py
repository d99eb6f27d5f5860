"""A real Chromium against the real portal; skipped, saying so, where there is none."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.signals import request_finished, request_started

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip

# Playwright runs a loop of its own in this thread; Django's guard against blocking calls would refuse the test's queries.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


def pytest_collection_modifyitems(items):
    for item in items:
        if "tests/browser" in str(item.fspath):
            item.add_marker(pytest.mark.browser)
            if CHROMIUM is None:
                item.add_marker(
                    pytest.mark.skip(
                        reason="There is no Chromium on this machine: install chromium to drive a browser."
                    )
                )


@pytest.fixture(scope="session")
def chromium() -> Iterator:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def signed_in(db) -> Callable:
    """Return the session cookie of a person, as sign-in leaves it."""

    def cookie(person) -> str:
        session = SessionStore()
        session[SESSION_KEY] = str(person.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = person.get_session_auth_hash()
        session.save()
        return session.session_key

    return cookie


class Unanswered:
    """How many requests the server still works on: a test must not end under them, or its clean-up meets their locks."""

    def __init__(self) -> None:
        self.number, self.changed = 0, threading.Condition()

    def begun(self, **_given) -> None:
        with self.changed:
            self.number += 1

    def done(self, **_given) -> None:
        with self.changed:
            self.number -= 1
            self.changed.notify_all()

    def wait(self, seconds: float) -> bool:
        """Wait until every request is answered; tell whether that came true."""
        with self.changed:
            return self.changed.wait_for(lambda: self.number <= 0, seconds)


@pytest.fixture
def unanswered() -> Iterator[Unanswered]:
    """Count the requests that are being answered while this test runs."""
    counting = Unanswered()
    request_started.connect(counting.begun)
    request_finished.connect(counting.done)
    yield counting
    request_started.disconnect(counting.begun)
    request_finished.disconnect(counting.done)


def _said(message) -> str:
    """Return an error as the browser said it, with the address it is about: that may be another than the page's."""
    return f"{message.text} ({message.location.get('url', '')})"


@pytest.fixture
def open_browser(chromium, live_server, signed_in, unanswered) -> Iterator[Callable]:
    """Open a page as a person; refused policy and script errors are collected in `page.complaints`."""
    contexts = []

    def opened(person=None, *, script=True, width=1280, theme="light", path="/"):
        context = chromium.new_context(
            viewport={"width": width, "height": 900},
            java_script_enabled=script,
            color_scheme=theme,
            base_url=live_server.url,
        )
        contexts.append(context)
        if person is not None:
            context.add_cookies(
                [{"name": settings.SESSION_COOKIE_NAME, "value": signed_in(person), "url": live_server.url}]
            )
        page = context.new_page()
        page.complaints = []
        page.on("console", lambda message: page.complaints.append(_said(message)) if message.type == "error" else None)
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.goto(path)
        return page

    yield opened
    for context in contexts:
        context.close()
    unanswered.wait(20)
