"""A steward classifies fields in a real browser: by keyboard, and without JavaScript."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from apps.catalog import operations
from apps.catalog.models import Field
from apps.kernel.actors import Actor
from tests.catalog.conftest import dataset, platform, second_steward  # noqa: F401 - fixtures

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(200)]
PICTURES = os.environ.get("BROWSER_PICTURES")


@pytest.fixture
def suggested(dataset):  # noqa: F811
    operations.suggest_fields(actor=Actor.system("beat"), dataset=dataset)
    Field.objects.filter(path="customer_id").update(
        carried_level="restricted", carried_categories=["personal"],
        carried_reason="From DST-0099 customer_id by way of DST-0100 cust; masked in job mask: one level lower.",
    )  # fmt: skip
    return dataset


def confirmed():
    return sorted(Field.objects.exclude(confirmed_level="").values_list("path", flat=True))


def test_fields_are_chosen_and_accepted_with_the_keyboard_alone(open_browser, steward, suggested):
    page = open_browser(steward)
    page.goto(f"/data/{suggested.key}/classify/")
    for key in ("j", "j", "ArrowDown", "Space", "k", "Space"):
        page.keyboard.press(key)
    assert page.locator("[data-choose]:checked").count() == 2
    page.keyboard.press("a")
    page.get_by_text("2 fields are confirmed.").wait_for()
    assert confirmed() == ["customer_email", "customer_id"]
    assert not page.complaints


def test_single_keys_can_be_switched_off(open_browser, steward, suggested):
    page = open_browser(steward)
    page.goto(f"/data/{suggested.key}/classify/")
    page.evaluate("localStorage.setItem('gatehouse-keys', 'off')")
    page.reload()
    page.locator("[data-choose]").first.focus()
    page.keyboard.press("a")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement === document.querySelector('[data-choose]')")
    assert page.locator("[data-keys-hint]").is_hidden()
    assert confirmed() == []


def test_it_works_without_javascript(open_browser, steward, suggested):
    page = open_browser(steward, script=False)
    page.goto(f"/data/{suggested.key}/classify/")
    page.get_by_label("Choose customer_email").check()
    page.get_by_role("button", name="Accept what is suggested for the chosen").click()
    assert page.get_by_text("1 field is confirmed.").is_visible()
    assert confirmed() == ["customer_email"]


@pytest.mark.skipif(not PICTURES, reason="BROWSER_PICTURES names no folder for pictures.")
@pytest.mark.parametrize(("width", "theme"), [(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")])
def test_pictures(open_browser, steward, suggested, width, theme):
    page = open_browser(steward, width=width, theme=theme)
    for name, path in (
        ("classify", f"/data/{suggested.key}/classify/"),
        ("queue", "/data/classification/"),
        ("panel", f"/data/{suggested.key}/"),
        ("whole", f"/data/{suggested.key}/classify/whole/"),
    ):
        page.goto(path)
        page.screenshot(path=str(Path(PICTURES) / f"{name}-{width}-{theme}.png"), full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
