"""The five inventories that agencies published: every row is accounted for, and counted again by other means."""

from __future__ import annotations

import csv
import io
import json

import openpyxl
import pytest
from django.core.management import call_command

from apps.inventory.models import AISystem, Import, OperatingStatus, ReportedFact, SourceIdentity, Stage
from apps.inventory.rules import ReportedHighImpactUntested

pytestmark = pytest.mark.django_db

FEDERAL = "us-federal-2025-eight-agencies.csv"


def run(path, *options: str) -> tuple[dict, int]:
    """Run the command; return what it says as JSON, and its exit code."""
    out = io.StringIO()
    code = 0
    try:
        call_command("import_inventory", str(path), "--json", *options, stdout=out, stderr=io.StringIO())
    except SystemExit as end:
        code = int(end.code or 0)
    return json.loads(out.getvalue()), code


def csv_rows(path, encoding: str, skip: int) -> list[list[str]]:
    with open(path, encoding=encoding, newline="") as file:
        return list(csv.reader(file))[skip:]


def count_independently(path) -> int:
    """Count the rows below the header, by csv or openpyxl alone."""
    if path.suffix == ".xlsx":
        sheet = openpyxl.load_workbook(path).worksheets[0]
        return sum(1 for row in sheet.iter_rows(min_row=3, values_only=True) if any(row))
    encoding, skip = ("cp1252", 2) if "sec" in path.name else ("utf-8-sig", 1)
    return sum(1 for row in csv_rows(path, encoding, skip) if any(cell.strip() for cell in row))


@pytest.fixture
def federal(published):
    with open(published(FEDERAL), encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(
    "name", [FEDERAL, "us-federal-2023.csv", "raw-dot-2025.csv", "raw-sec-2025.csv", "raw-epa-2025.xlsx"]
)
def test_it_accounts_for_every_row_and_takes_nothing_twice(published, name):
    path = published(name)
    told, code = run(path, "--only-good")
    assert code == 0
    parts = sum(told[key] for key in ("created", "updated", "unchanged", "duplicate", "rejected", "blank"))
    assert told["rows"] == parts
    assert told["rows"] - told["blank"] == count_independently(path)
    assert AISystem.objects.count() == told["created"]
    assert SourceIdentity.objects.count() == told["created"]
    assert set(AISystem.objects.values_list("stage", flat=True)) == {Stage.PROPOSED}

    again, code = run(path, "--only-good")
    assert code == 0
    assert (again["created"], again["updated"], again["duplicate"]) == (0, 0, told["duplicate"])
    assert again["unchanged"] == told["created"]
    assert AISystem.objects.count() == told["created"]


def test_the_federal_inventory_reconciles_with_its_own_data(published, federal):
    told, code = run(published(FEDERAL))
    assert code == 1
    assert told["taken"] is False
    assert AISystem.objects.count() == 0
    assert [(r["column"], r["code"]) for r in told["reasons"] if r["level"] == "error"] == [
        ("use_case_name", "name_missing")
    ]

    told, code = run(published(FEDERAL), "--only-good")
    named = [row for row in federal if row["use_case_name"].strip()]
    assert (told["rows"], told["created"], told["rejected"]) == (974, 973, 1) == (len(federal), len(named), 1)
    high_impact = [row for row in named if row["is_high_impact"] == "High-impact"]
    facts = ReportedFact.objects.filter(source=told["source"])
    assert facts.filter(name="high_impact", value="yes").count() == 35 == len(high_impact)
    assert AISystem.objects.exclude(reported_facts__name="high_impact").count() == len(
        [row for row in named if not row["is_high_impact"].strip()]
    )
    without_id = SourceIdentity.objects.filter(external_id__startswith="name:").count()
    assert without_id == len([row for row in named if not row["id"].strip()])
    running = len([row for row in named if row["development_stage"] in ("Deployed", "Pilot")])
    assert AISystem.objects.filter(operating_status=OperatingStatus.RUNNING).count() == running
    the_finding_names_exactly_the_systems_that_the_data_says(federal)


def the_finding_names_exactly_the_systems_that_the_data_says(federal):
    deployed = [
        row for row in federal if row["is_high_impact"] == "High-impact" and row["development_stage"] == "Deployed"
    ]
    untested = {row["id"] for row in deployed if row["hi_testing_conducted"] != "Yes"}
    assert (len(deployed), len(untested)) == (4, 2)
    failing = ReportedHighImpactUntested().failing()
    found = SourceIdentity.objects.filter(system__in=failing.values("pk")).values_list("external_id", flat=True)
    assert set(found) == untested == {"DOE-444", "DOE-452"}


def test_what_could_not_be_read_is_kept_in_the_words_of_the_source(published):
    run(published("raw-sec-2025.csv"))
    system = SourceIdentity.objects.get(external_id="SEC-1").system
    stage = system.reported_facts.get(name="stage")
    assert stage.value == "retired"
    assert stage.original.startswith("d) Retired")
    assert system.operating_status == OperatingStatus.NOT_RUNNING


def test_a_dry_run_changes_nothing(published):
    told, code = run(published("raw-dot-2025.csv"), "--dry-run")
    assert (code, told["dry_run"], told["created"]) == (0, True, 70)
    assert not AISystem.objects.exists()
    assert not Import.objects.exists()
