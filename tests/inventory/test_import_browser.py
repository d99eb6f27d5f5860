"""The import pages in a real browser: no rule of accessibility broken, light and dark, and no script needed."""

from __future__ import annotations

import os
import shutil

import pytest
from django.urls import reverse

from apps.inventory import tasks
from apps.inventory.models import Import, ImportState

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(240)]

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
TABLE = (
    "Group AI register,,,,\nName,Id,Business unit,Stage,Notes\n"
    "Letter sorter,L-1,Mail room,Deployed,paper\nClaims triage,L-2,Claims,Pilot,\n,L-3,Claims,Pilot,nameless\n"
)


@pytest.fixture
def browser():
    if not CHROMIUM:
        pytest.skip("There is no Chromium on this machine")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


def open_for(browser, live_server, client, **options):
    """Open a page signed in as the test client is."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, **options)
    cookies = [{"name": name, "value": morsel.value, "url": live_server.url} for name, morsel in client.cookies.items()]
    context.add_cookies(cookies)
    return context.new_page()


def violations(page) -> list[str]:
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [f"{page.url}: {v['id']} {v['nodes'][0]['html'][:160]}" for v in found]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_whole_import_without_script_and_without_barriers(
    browser, live_server, client, analyst, system, as_person, tmp_path, scheme
):
    file = tmp_path / "register.csv"
    file.write_text(TABLE)
    page = open_for(browser, live_server, as_person(client, analyst), java_script_enabled=False, color_scheme=scheme)
    seeing = open_for(browser, live_server, client, color_scheme=scheme)
    wrong: list[str] = []
    policy: list[str] = []
    seeing.on("console", lambda said: policy.append(said.text) if "Content Security" in said.text else None)

    def look() -> None:
        policy.clear()
        seeing.goto(page.url)
        # The checker itself applies styles, so what the page did is read before it.
        wrong.extend(policy)
        wrong.extend(violations(seeing))
        if os.environ.get("SCREENSHOTS"):
            name = page.url.removeprefix(live_server.url).strip("/").replace("/", "-").split("?")[0]
            seeing.screenshot(path=f"{os.environ['SCREENSHOTS']}/{name}-{scheme}.png", full_page=True)

    page.goto(live_server.url + reverse("inventory:import_new"))
    look()
    page.set_input_files("input[type=file]", str(file))
    page.get_by_role("button", name="Read the file").click()
    look()
    page.get_by_role("button", name="Check every row").click()
    batch = Import.objects.get()
    assert batch.state == ImportState.CHECKED
    look()
    page.get_by_role("link", name="Decide").click()
    look()
    page.get_by_label("Another system: create it").check()
    page.get_by_role("button", name="Keep these decisions").click()
    page.get_by_label("Leave them out and take the others").check()
    page.get_by_role("button", name="Run the import").click()
    look()
    tasks.run_import(batch=str(batch.pk))
    page.get_by_role("link", name="Refresh").click()
    assert "Every row read is accounted for." in page.content()
    look()
    page.goto(live_server.url + reverse("inventory:import_rows", args=[batch.key]))
    look()
    page.goto(live_server.url + reverse("inventory:import_row", args=[batch.key, 3]))
    look()
    page.goto(live_server.url + reverse("inventory:imports"))
    look()
    assert not wrong, "\n".join(wrong)
