"""A steward's day in a real browser, with and without JavaScript: classify, decide on a request, extend, revoke.

The employee asks on the page of the data, and sees the effect on the next decision: no, yes, and no again.
"""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from apps.catalog.models import AccessRequest, DataGrant, Dataset
from apps.kernel import clock
from tests.catalog.conftest import dataset, platform, second_steward
from tests.catalog.runtime import ask as ask_endpoint
from tests.catalog.runtime import bearer, classified, question

from .test_main_job import Browsers, press

__all__ = ["dataset", "platform", "second_steward"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]


@pytest.mark.parametrize("script", [False, True], ids=["without-javascript", "with-javascript"])
def test_a_stewards_day(script, open_browser, client, employee, delivery, steward, dataset):
    browsers = Browsers(open_browser, script)
    desk, gateway = browsers.of(steward), bearer(delivery)

    def decided(about: Dataset) -> bool:
        return next_decision(browsers.of(employee), client, gateway, employee, about)

    classify(desk, dataset)

    request = ask(browsers.of(employee), dataset)
    assert not decided(dataset)

    desk.goto("/work/")
    desk.locator(f"a[href='/data/requests/{request.key}/']").first.click()
    desk.wait_for_url(f"**/data/requests/{request.key}/")
    desk.locator("input[name=outcome][value=approve]").check()
    desk.locator("#id_reason").fill("The service team needs it.")
    desk.locator("#id_days").fill("20")
    press(desk, "Record my decision")
    desk.wait_for_url(f"**/data/requests/{request.key}/")
    grant = DataGrant.objects.get()
    assert desk.locator("main").get_by_role("link", name=grant.key).first.is_visible()
    assert decided(dataset)

    desk.goto(f"/data/grants/{grant.key}/")
    desk.locator(f"a[href='/data/grants/{grant.key}/extend/']").click()
    desk.wait_for_url("**/extend/")
    desk.locator("#id_days").fill("90")
    desk.locator("#id_reason").fill("The backlog is longer than we thought.")
    press(desk, "Extend")
    desk.wait_for_url(f"**/data/grants/{grant.key}/")
    grant.refresh_from_db()
    assert grant.valid_until > clock.now() + timedelta(days=89)
    assert decided(dataset)

    desk.locator(f"a[href='/data/grants/{grant.key}/revoke/']").click()
    desk.wait_for_url("**/revoke/")
    desk.locator("#id_reason").fill("The backlog is gone.")
    press(desk, "Revoke")
    desk.wait_for_url(f"**/data/grants/{grant.key}/")
    assert desk.get_by_text("The backlog is gone.").first.is_visible()
    assert not decided(dataset)
    assert browsers.complaints() == []


@pytest.mark.parametrize("script", [False, True], ids=["without-javascript", "with-javascript"])
def test_what_a_rule_forbids_is_read_at_once(script, open_browser, employee, steward, dataset):
    classified(dataset, "confidential", "personal")
    page = open_browser(employee, script=script)
    page.goto(f"/data/requests/ask/{dataset.key}/")
    fill_request(page)
    press(page, "Ask for access")
    assert "Personal data needs an entry of the processing register" in page.locator("#refused").inner_text()
    assert page.locator("#id_purpose_details").input_value().startswith("Answer customers")
    assert not AccessRequest.objects.exists()


def classify(desk, dataset: Dataset) -> None:
    """Say as the steward what every field is; the data counts as the highest of them."""
    desk.goto(f"/data/{dataset.key}/classify/")
    for box in desk.locator("input[name=chosen]").all():
        box.check()
    desk.get_by_text("Set one class for the chosen").click()
    desk.locator("#id_bulk_level").select_option("confidential")
    press(desk, "Set for the chosen")
    desk.goto(f"/data/{dataset.key}/")
    assert desk.locator("main").get_by_text("Confidential").first.is_visible()
    dataset.refresh_from_db()
    assert dataset.level == "confidential" and not dataset.fields.filter(confirmed_level="").exists()


def ask(page, dataset: Dataset) -> AccessRequest:
    """Ask for the data on its page."""
    page.goto(f"/data/{dataset.key}/")
    assert page.get_by_text("You have no access to this data.").is_visible()
    page.get_by_role("link", name="Ask for access").click()
    page.wait_for_url("**/data/requests/ask/**")
    fill_request(page)
    press(page, "Ask for access")
    page.wait_for_url(re.compile(r"/data/requests/DAR-\d+/$"))
    assert page.get_by_text("Waits for the steward").first.is_visible()
    return AccessRequest.objects.get()


def fill_request(page) -> None:
    page.locator("input[name=subject][value=me]").check()
    page.locator("input[name=actions][value=read]").check()
    page.locator("#id_purpose_details").fill("Answer customers who ask where their claim stands.")
    page.locator("#id_purpose").fill("claims-handling")
    page.locator("#id_days").fill("30")


def next_decision(page, client, gateway, person, dataset: Dataset) -> bool:
    """Return what a program is answered about the person now; both pages say the same."""
    asked = question("person", person.email, dataset.key)
    answer = ask_endpoint(client, gateway, asked).json()["decision"]
    page.goto(f"/data/{dataset.key}/")
    assert ("Valid" in page.locator("#my-access").inner_text()) == answer
    page.get_by_role("link", name="May I use this data?").click()
    page.wait_for_url("**/may-i/**")
    page.locator("#id_purpose").fill("claims-handling")
    press(page, "Ask")
    assert ("You may not" not in page.locator("#answer-title").inner_text()) == answer
    return answer
