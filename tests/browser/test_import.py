"""The import pages in a real browser: no rule of accessibility broken, light and dark, and no script needed."""

from __future__ import annotations

import os

import pytest
from django.urls import reverse

from apps.inventory import tasks
from apps.inventory.models import Import, ImportState
from tests.browser.test_accessibility import faults

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(240)]

TABLE = (
    "Group AI register,,,,\nName,Id,Business unit,Stage,Notes\n"
    "Letter sorter,L-1,Mail room,Deployed,paper\nClaims triage,L-2,Claims,Pilot,\n,L-3,Claims,Pilot,nameless\n"
)


def test_the_whole_import_without_script_and_without_barriers(open_browser, analyst, system, tmp_path):
    file = tmp_path / "register.csv"
    file.write_text(TABLE)
    page, seeing = open_browser(analyst, script=False), open_browser(analyst)
    wrong: list[str] = []

    def look() -> None:
        seeing.complaints.clear()
        seeing.goto(page.url)
        # The checker itself applies styles, so what the page did is read before it.
        found = list(seeing.complaints)
        for theme in ("light", "dark"):
            found += faults(seeing, theme)
            if os.environ.get("SCREENSHOTS"):
                name = "-".join(page.url.split("?")[0].split("/")[3:]).strip("-")
                seeing.screenshot(path=f"{os.environ['SCREENSHOTS']}/{name}-{theme}.png", full_page=True)
        wrong.extend(f"{page.url}: {fault}" for fault in found)

    page.goto(reverse("inventory:import_new"))
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
    page.goto(reverse("inventory:import_rows", args=[batch.key]))
    look()
    page.goto(reverse("inventory:import_row", args=[batch.key, 3]))
    look()
    page.goto(reverse("inventory:imports"))
    look()
    assert not wrong, "\n".join(wrong)
