"""The components in a real browser: readable by everybody, within the policy, kind to what was typed."""

import os

import pytest
from playwright.sync_api import expect

from tests.browser.test_accessibility import SIDEWAYS, faults

pytestmark = pytest.mark.django_db(transaction=True)


def picture(page, name):
    """Take a picture when BROWSER_PICTURES names a folder."""
    if folder := os.environ.get("BROWSER_PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_shows_every_component_without_a_fault(open_browser, theme, width):
    page = open_browser(path="/kit/", theme=theme, width=width)
    page.get_by_role("button", name="Check").click()
    page.locator(".error-summary").wait_for()
    # The refused form answers 422, which the console calls an error; the policy has nothing to say.
    assert [text for text in page.complaints if "422" not in text] == []
    assert not page.evaluate(SIDEWAYS)
    picture(page, f"kit-{theme}-{width}")
    assert faults(page) + faults(page, theme) == []


def test_it_is_readable_in_forced_colours(open_browser):
    page = open_browser(path="/kit/")
    page.emulate_media(forced_colors="active")
    assert faults(page) == []


def test_errors_get_the_focus_and_lead_to_their_fields(open_browser):
    page = open_browser(path="/kit/")
    page.get_by_label("Purpose").fill("Kept")
    page.get_by_text("196 characters left").wait_for()
    page.get_by_role("button", name="Check").click()
    page.locator(".error-summary").wait_for()
    assert page.title().startswith("Error: ")
    assert page.evaluate("document.activeElement.className") == "error-summary"
    assert page.get_by_label("Purpose").input_value() == "Kept"
    page.get_by_role("link", name="Choose an answer for “Does it decide about people?”.").click()
    assert page.evaluate("document.activeElement.type") == "radio"


def test_answers_come_in_place_and_a_problem_takes_nothing_away(open_browser):
    page = open_browser(path="/kit/")
    page.locator("#ask").click()
    expect(page.locator("#announcements")).to_contain_text("Answered at")
    assert page.complaints == []
    page.locator("#ask-problem").click()
    page.locator("#problem .error-summary").wait_for()
    assert "Somebody changed this record first." in page.locator("#problem").inner_text()
    assert page.evaluate("document.activeElement.closest('#problem') !== null")
    assert page.locator("#answer").is_visible()
    page.locator("#ask").click()
    page.locator("#problem .error-summary").wait_for(state="detached")
    page.context.set_offline(True)
    page.locator("#ask").click()
    page.get_by_text("The portal cannot be reached").wait_for()


def test_keys_open_the_list_of_keys_and_can_be_switched_off(open_browser, analyst):
    page = open_browser(analyst, path="/kit/")
    page.keyboard.press("?")
    page.get_by_role("dialog", name="Keys").wait_for()
    assert faults(page) == []
    page.get_by_label("Single keys work on this device").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") != "site-search"
    page.keyboard.press("Control+k")
    assert page.evaluate("document.activeElement.id") == "site-search"


def test_the_theme_is_remembered_by_the_server(open_browser, analyst):
    page = open_browser(analyst, path="/kit/")
    page.locator(".account summary").click()
    picture(page, "menu")
    page.get_by_role("button", name="Light or dark").click()
    page.goto("/kit/")
    assert page.locator("html").get_attribute("data-theme") == "dark"


def test_a_poll_leaves_alone_what_is_typed_and_keeps_no_session_alive(open_browser, analyst):
    page = open_browser(analyst)
    page.locator("#ask-q").fill("translate")
    asked = []
    page.on("request", lambda request: asked.append(request.headers.get("gatehouse-background")))
    poll = "document.body.dispatchEvent(new CustomEvent('gatehouse:poll'))"
    page.evaluate(poll)
    page.wait_for_timeout(600)
    assert page.locator("#ask-q").input_value() == "translate"
    page.evaluate(f"document.activeElement.blur(); {poll}")
    page.wait_for_timeout(600)
    assert asked and set(asked) == {"1"}


def test_it_works_without_javascript(open_browser):
    page = open_browser(path="/kit/", script=False)
    page.get_by_role("button", name="Check").click()
    assert page.locator(".error-summary li").count() == 4
    page.get_by_label("Name").fill("Claims triage")
    page.get_by_label("Purpose").fill("Sort claims")
    page.get_by_label("I am not sure").check()
    page.get_by_label("I have read the conditions").check()
    page.get_by_role("button", name="Check").click()
    page.get_by_text("Nothing was saved").wait_for()
