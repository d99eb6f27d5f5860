"""Filling an assessment in with a real browser: saving as one types, clashes, follow-up questions, phones."""

import shutil

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

from apps.assessments import operations
from apps.kernel import clock

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(CHROMIUM is None, reason="There is no Chromium on this machine."),
]


@pytest.fixture
def page(live_server, delivery, monkeypatch):
    from playwright.sync_api import sync_playwright

    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    session = SessionStore()
    session[SESSION_KEY] = str(delivery.pk)
    session[BACKEND_SESSION_KEY] = "apps.accounts.backends.OIDCBackend"
    session[HASH_SESSION_KEY] = delivery.get_session_auth_hash()
    session.save()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        context = browser.new_context(base_url=live_server.url)
        name = settings.SESSION_COOKIE_NAME
        context.add_cookies([{"name": name, "value": session.session_key, "url": live_server.url}])
        yield context.new_page()
        browser.close()


def test_it_saves_as_one_types_and_shows_both_texts_of_a_clash(page, system, analyst, delivery, owner):
    assessment = operations.assign_assessment(
        actor=analyst.as_actor(), about=system, assigned_to=delivery, due_on=clock.today()
    )
    address = f"/assessments/{assessment.key}/sections/screening/"
    page.goto(address)
    page.get_by_label("Yes, it infers its results").check()
    page.locator("#state-is_ai").get_by_text("Saved").wait_for()
    _answer_screening(assessment, delivery)

    page.goto(f"/assessments/{assessment.key}/sections/purpose/")
    field, state = page.locator("#answer-purpose_text"), page.locator("#state-purpose_text")
    # Slower than the pause after which it saves: the open page never clashes with itself.
    field.press_sequentially("Price", delay=700)
    state.get_by_text("Saved").wait_for()
    assert _value(assessment, "purpose_text") == "Price"
    row = assessment.answers.get(question="purpose_text")
    operations.answer_question(
        actor=owner.as_actor(), assessment=assessment, question="purpose_text", value="Olga's", version=row.version
    )
    field.press_sequentially(" it")
    state.get_by_text("Not saved").wait_for()
    assert "Olga's" in state.inner_text()
    assert _value(assessment, "purpose_text") == "Olga's"
    page.get_by_role("button", name="Merge the two").click()
    page.get_by_role("button", name="Save and go on").click()
    page.wait_for_url(f"**/assessments/{assessment.key}/")
    assert _value(assessment, "purpose_text") == "Olga's\n\nPrice it"

    page.goto(f"/assessments/{assessment.key}/sections/privacy/")
    page.locator("#answer-transfers-yes").check()
    page.locator("#answer-transfer_safeguard").wait_for()
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def _answer_screening(assessment, person):
    from tests.assessments.examples import EXAMPLES, KNOWN

    for question, value in {**KNOWN, **EXAMPLES["life-insurance pricing"][0]}.items():
        operations.answer_question(
            actor=person.as_actor(), assessment=assessment, question=question, value=value, version=0
        )


def _value(assessment, question):
    return assessment.answers.get(question=question).value
