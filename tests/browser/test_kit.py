"""The components in a real browser: readable by everybody, within the policy, kind to what was typed."""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("size", ["wide", "narrow"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_shows_every_component_without_a_finding(visitor, theme, size):
    someone = visitor()
    someone.use(theme=theme, size=size)
    assert someone.open("/kit/") == 200
    assert someone.refused_by_policy() == []
    someone.picture(f"kit-{theme}-{size}")
    assert someone.found_by_axe() == []
    someone.page.get_by_role("button", name="Check").click()
    someone.page.locator(".error-summary").wait_for()
    assert someone.refused_by_policy() == []
    someone.picture(f"kit-errors-{theme}-{size}")
    assert someone.found_by_axe() == []
    someone.use(theme=theme, size="least")
    assert someone.too_wide() == 0


def test_it_is_readable_in_forced_colours(visitor):
    someone = visitor()
    someone.use(forced=True)
    someone.open("/kit/")
    assert someone.found_by_axe() == []


def test_errors_get_the_focus_and_lead_to_their_fields(visitor):
    page = (someone := visitor()).page
    someone.open("/kit/")
    page.get_by_label("Purpose").fill("Kept")
    page.get_by_role("button", name="Check").click()
    page.locator(".error-summary").wait_for()
    assert page.title().startswith("Error: ")
    assert page.evaluate("document.activeElement.className") == "error-summary"
    assert page.get_by_label("Purpose").input_value() == "Kept"
    page.locator(".error-summary a").nth(1).click()
    assert page.evaluate("document.activeElement.type") == "radio"
    page.keyboard.press("Tab")
    assert page.get_by_label("Purpose").evaluate("field => field.maxLength") == 200


def test_answers_come_in_place_and_a_problem_takes_nothing_away(visitor):
    page = (someone := visitor()).page
    someone.open("/kit/")
    page.locator("#ask").click()
    page.wait_for_function("document.getElementById('announcements').textContent.includes('Answered at')")
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
    assert someone.refused_by_policy() == []


def test_keys_open_the_list_of_keys_and_can_be_switched_off(visitor, analyst):
    page = (someone := visitor(analyst)).page
    someone.open("/kit/")
    page.keyboard.press("?")
    page.get_by_role("dialog", name="Keys").wait_for()
    assert someone.found_by_axe() == []
    page.get_by_label("Single keys work on this device").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") != "site-search"
    page.keyboard.press("Control+k")
    assert page.evaluate("document.activeElement.id") == "site-search"


def test_the_theme_is_remembered_by_the_server(visitor, analyst):
    page = (someone := visitor(analyst)).page
    someone.use(theme="light")
    someone.open("/kit/")
    page.locator(".account summary").click()
    someone.picture("menu")
    page.get_by_role("button", name="Light or dark").click()
    someone.open("/kit/")
    assert page.locator("html").get_attribute("data-theme") == "dark"


def test_typed_text_is_not_lost_by_leaving_and_a_poll_leaves_it_alone(visitor, analyst):
    page = (someone := visitor(analyst)).page
    someone.open("/")
    page.locator("#ask-q").fill("translate")
    asked = []
    page.on("request", lambda request: asked.append((request.url, request.headers.get("gatehouse-background"))))
    page.evaluate("document.body.dispatchEvent(new CustomEvent('gatehouse:poll'))")
    page.wait_for_timeout(600)
    assert page.locator("#ask-q").input_value() == "translate"
    page.locator("h1").click()
    page.evaluate("document.activeElement.blur(); document.body.dispatchEvent(new CustomEvent('gatehouse:poll'))")
    page.wait_for_timeout(600)
    assert asked and all(mark == "1" for _url, mark in asked)


def test_it_works_without_javascript(visitor):
    page = (someone := visitor(javascript=False)).page
    someone.open("/kit/")
    page.get_by_role("button", name="Check").click()
    assert page.locator(".error-summary li").count() == 4
    page.get_by_label("Name").fill("Claims triage")
    page.get_by_label("Purpose").fill("Sort claims")
    page.get_by_label("I am not sure").check()
    page.get_by_label("I have read the conditions").check()
    page.get_by_role("button", name="Check").click()
    page.get_by_text("Nothing was saved").wait_for()
