"""Back to the release of last week, on a phone, in a real browser: seconds from the tap until the old release is seen."""

from __future__ import annotations

import re
import time

import pytest

from apps.inventory import operations as inventory
from apps.registry import operations
from apps.registry.models import Deployment, Rollback
from tests.registry.conftest import freeze, live, pass_gate, policy, second_release

from .test_main_job import Browsers, press

__all__ = ["freeze", "live", "pass_gate", "policy", "second_release"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]

PLACE = {"environment": "production", "region": "EU"}
PHONE = 390


@pytest.fixture
def running(live, second_release, owner, delivery):
    """The second release runs and is seen; the first ran before it."""
    for release in live.releases.order_by("number"):
        operations.deploy(actor=owner.as_actor(), system=live, release=release, **PLACE)
        operations.observe(actor=delivery.as_actor(), system=live, release=release, **PLACE)
    live.refresh_from_db()
    return live


class Phones(Browsers):
    """Windows as narrow as a telephone."""

    def of(self, person):
        """Return a person's window."""
        known = person.pk in self.windows
        page = super().of(person)
        if not known:
            page.set_viewport_size({"width": PHONE, "height": 800})
        return page


def fits(page) -> bool:
    """Tell whether nothing has to be pushed sideways, and whatever is tapped is as large as a finger."""
    low = [box["height"] for box in (b.bounding_box() for b in page.locator("main .button:visible").all()) if box]
    width = page.locator("html").evaluate("page => page.scrollWidth")
    return width <= PHONE and all(height >= 36 for height in low)


@pytest.mark.parametrize("script", [False, True], ids=["without-javascript", "with-javascript"])
def test_it_goes_back_from_a_phone_and_is_reviewed(
    script, open_browser, running, owner, delivery, lead, second_release, record_property
):
    browsers, first = Phones(open_browser, script), running.releases.get(number=1)
    phone = browsers.of(owner)
    phone.goto(f"/systems/{running.key}/")
    phone.get_by_role("link", name="Roll back").first.click()
    phone.wait_for_url("**/roll-back/production/EU/")
    assert fits(phone)
    assert phone.locator("input[name=to_release]:checked").input_value() == first.key
    press(phone, "Roll back now")
    assert phone.locator("[aria-invalid=true]").first.is_visible() and not Rollback.objects.exists()

    phone.locator("#id_reason").fill("The new one sorts fraud to the end of the queue.")
    began = time.monotonic()
    press(phone, "Roll back now")
    phone.wait_for_url(re.compile(r"/rollbacks/RBK-\d+/$"))
    made = Rollback.objects.get()
    desired = Deployment.objects.standing().get(side="desired")
    assert (desired.release, desired.rollback, desired.authorisation.release) == (first, made, first)
    operations.observe(actor=delivery.as_actor(), system=running, release=first, **PLACE)
    phone.goto(f"/rollbacks/{made.key}/")
    record_property("from_tap_to_observed", f"{time.monotonic() - began:.2f} s")
    assert phone.get_by_text("seen running").first.is_visible() and fits(phone)
    assert phone.locator("a[href$='/review/']").count() == 0

    desk = browsers.of(lead)
    desk.goto("/work/")
    desk.locator(f"a[href='/rollbacks/{made.key}/review/']").first.click()
    desk.wait_for_url("**/review/")
    desk.locator("#id_review").fill("The test set lacked fraud; it is in it now.")
    press(desk, "Review")
    desk.wait_for_url(f"**/rollbacks/{made.key}/")
    assert desk.get_by_text("The test set lacked fraud").first.is_visible()
    desk.goto("/work/")
    assert desk.locator(f"a[href='/rollbacks/{made.key}/review/']").count() == 0
    assert [one for one in browsers.complaints() if "422" not in one] == []


@pytest.mark.parametrize("script", [False, True], ids=["without-javascript", "with-javascript"])
def test_what_is_no_longer_approved_takes_a_second_person(
    script, open_browser, running, owner, security, second_release
):
    first = running.releases.get(number=1)
    inventory.edit_system(actor=owner.as_actor(), system=running, changes={"outputs": "Something else"})
    browsers = Phones(open_browser, script)
    phone, other = browsers.of(owner), browsers.of(security)
    phone.goto(f"/systems/{running.key}/roll-back/production/EU/")
    assert phone.get_by_text("is stale").first.is_visible() and fits(phone)
    phone.locator("#id_reason").fill("It denies claims of children, and the queue grows.")
    assert phone.get_by_role("button", name="Roll back now").count() == 0
    press(phone, "Call an emergency")
    phone.wait_for_url(re.compile(r"/rollbacks/RBK-\d+/$"))
    made = Rollback.objects.get()
    assert Deployment.objects.standing().get(side="desired").release == second_release
    assert phone.locator("a[href$='/confirm/']").count() == 0

    other.goto("/work/")
    other.locator(f"a[href='/rollbacks/{made.key}/']").first.click()
    other.wait_for_url(f"**/rollbacks/{made.key}/")
    other.locator("a[href$='/confirm/']").click()
    other.wait_for_url("**/confirm/")
    other.locator("#id_reason").fill("I have seen the complaints.")
    press(other, "Confirm")
    other.wait_for_url(f"**/rollbacks/{made.key}/")
    assert Deployment.objects.standing().get(side="desired").release == first
    assert browsers.complaints() == []


def test_a_drill_shows_each_step_and_moves_nothing(open_browser, running, owner):
    before = list(Deployment.objects.order_by("pk").values())
    browsers = Phones(open_browser, True)
    phone = browsers.of(owner)
    phone.goto(f"/systems/{running.key}/roll-back/production/EU/")
    phone.locator("#id_reason").fill("Yearly practice")
    press(phone, "Practise, change nothing")
    phone.wait_for_url(re.compile(r"/rollbacks/RBK-\d+/$"))
    assert phone.get_by_text(re.compile(r"[\d.]+ ms")).count() >= 4
    assert list(Deployment.objects.order_by("pk").values()) == before
    assert browsers.complaints() == []
