"""The register of processing activities (GDPR Art. 30): complete before it allows anything, and it refuses the rest."""

from __future__ import annotations

import csv
import io

import pytest

from apps.audit.models import Entry
from apps.catalog import operations
from apps.catalog.models import Dataset, ProcessingActivity
from apps.catalog.queries.processing import objections_to_use
from apps.catalog.rules_pure.fitting import ActivityTerms, Wanted, objections
from apps.catalog.rules_pure.register import missing
from apps.compliance.engine import evaluate
from apps.inventory import operations as inventory
from apps.kernel.errors import Conflict, Invalid, Refused
from apps.kernel.rules import rule_named

pytestmark = pytest.mark.django_db

COMPLETE = {
    "purpose_codes": ["claims-handling"],
    "actions": ["read"],
    "data_subjects": ["policyholders", "injured persons"],
    "data_categories": ["personal", "health"],
    "data_described": "Names, addresses, diagnoses as far as the claim needs them.",
    "recipients": ["Claims department", "Reinsurer"],
    "erasure": "Ten years after the claim is closed.",
    "security_measures": "Encrypted at rest, role-based access, four eyes on restricted data.",
    "lawful_basis": "contract",
    "special_category_condition": "Art. 9(2)(f): legal claims",
    "impact_assessment": "done",
    "impact_assessment_reference": "DPIA-17",
    "regions": ["EU"],
}


@pytest.fixture
def use_case(owner, claims, system):
    made = inventory.register_use_case(
        actor=owner.as_actor(), name="Sort claims", purpose="Sort claims by urgency", department=claims, owner=owner,
        data_classes=["personal"],
    )  # fmt: skip
    return inventory.link_use_case(actor=owner.as_actor(), use_case=made, system=system)


@pytest.fixture
def draft(lead, claims, legal_entity, use_case):
    return operations.register_activity(
        actor=lead.as_actor(), name="Claims handling", purposes="Handle claims.", department=claims, owner=lead,
        controller=legal_entity, use_cases=[use_case], **COMPLETE,
    )  # fmt: skip


@pytest.fixture
def activity(privacy, draft):
    return operations.publish_activity(actor=privacy.as_actor(), activity=draft)


def test_an_entry_is_in_force_once_it_says_everything(draft, privacy):
    assert draft.status == "draft"
    published = operations.publish_activity(actor=privacy.as_actor(), activity=draft)
    assert published.status == "in_force"
    assert Entry.objects.filter(event="catalog.activity.published", subject_id=str(draft.pk)).exists()


@pytest.mark.parametrize(
    "field, empty", [(name, type(COMPLETE[name])()) for name in sorted(COMPLETE) if name not in ("actions", "regions")]
)
def test_it_is_not_put_into_force_without_what_the_law_asks_for(draft, lead, privacy, field, empty):
    value = "unknown" if field == "impact_assessment" else empty
    operations.edit_activity(actor=lead.as_actor(), activity=draft, changes={field: value})
    with pytest.raises(Invalid) as refused:
        operations.publish_activity(actor=privacy.as_actor(), activity=draft)
    assert field in refused.value.problems


def test_it_refuses_the_owner_to_put_their_own_entry_into_force(draft, lead):
    with pytest.raises(Refused):
        operations.publish_activity(actor=lead.as_actor(), activity=draft)


def test_the_owner_writes_the_draft_and_not_what_is_in_force(activity, lead):
    with pytest.raises(Refused):
        operations.edit_activity(actor=lead.as_actor(), activity=activity, changes={"purposes": "Anything"}, reason="x")


def test_an_entry_in_force_stays_complete(activity, privacy):
    with pytest.raises(Invalid) as refused:
        operations.edit_activity(
            actor=privacy.as_actor(), activity=activity, changes={"lawful_basis": ""}, reason="Not needed"
        )
    assert "lawful_basis" in refused.value.problems
    activity.refresh_from_db()
    assert activity.lawful_basis == "contract"


def test_two_people_at_once_do_not_overwrite_each_other(draft, privacy, lead):
    operations.edit_activity(actor=privacy.as_actor(), activity=draft, changes={"name": "A"}, version=1)
    with pytest.raises(Conflict):
        operations.edit_activity(actor=lead.as_actor(), activity=draft, changes={"name": "B"}, version=1)


@pytest.mark.parametrize(
    "changes",
    [
        {"purpose_codes": ["claims-handling", "marketing"]},
        {"actions": []},
        {"regions": []},
        {"lawful_basis": "consent"},
    ],
    ids=["another-purpose", "every-action", "every-region", "another-basis"],
)
def test_what_is_widened_waits_until_somebody_else_has_read_it(activity, privacy, changes):
    wider = operations.edit_activity(actor=privacy.as_actor(), activity=activity, changes=changes, reason="More")
    assert wider.status == "draft"
    with pytest.raises(Refused):
        operations.publish_activity(actor=privacy.as_actor(), activity=wider)


def test_a_correction_by_somebody_else_does_not_let_its_author_put_it_into_force(activity, privacy, lead, make_person):
    wider = operations.edit_activity(
        actor=privacy.as_actor(), activity=activity, changes={"purpose_codes": ["claims-handling", "marketing"]},
        reason="Marketing asks for it",
    )  # fmt: skip
    corrected = operations.edit_activity(
        actor=lead.as_actor(), activity=wider, changes={"recipients": ["Claims department"]}, reason="A slip"
    )
    assert corrected.status == "draft"
    for author in (privacy, lead):
        with pytest.raises(Refused):
            operations.publish_activity(actor=author.as_actor(), activity=corrected)
    reader = make_person("Pia Privacy", "privacy-reviewer")
    published = operations.publish_activity(actor=reader.as_actor(), activity=corrected)
    assert (published.status, published.written_by) == ("in_force", [])


@pytest.mark.parametrize("named", [0, 2], ids=["every-dataset", "another-dataset"])
def test_data_that_an_entry_did_not_name_waits_until_somebody_else_has_read_it(
    activity, privacy, steward, dataset, platform, claims, named
):
    other = operations.register_dataset(
        actor=steward.as_actor(), platform=platform, name="claims.public.other", title="Other", department=claims,
        owner=steward, steward=steward, fields=[],
    )  # fmt: skip
    change = {"actor": privacy.as_actor(), "activity": activity, "changes": {}, "reason": "Said better"}
    assert operations.edit_activity(**change, datasets=[dataset]).status == "in_force"
    assert operations.edit_activity(**change, datasets=[dataset]).status == "in_force"
    wider = operations.edit_activity(**change, datasets=[dataset, other][:named])
    assert wider.status == "draft"


def test_what_is_narrowed_or_said_better_stays_in_force(activity, privacy):
    changes = {"data_categories": ["personal", "health"], "data_described": "Names.", "purposes": "Handle claims well."}
    assert (
        operations.edit_activity(actor=privacy.as_actor(), activity=activity, changes=changes, reason="Clearer").status
        == "in_force"
    )


def test_what_has_ended_stays_as_it_was(activity, privacy):
    operations.end_activity(actor=privacy.as_actor(), activity=activity, reason="The product is gone.")
    with pytest.raises(Refused):
        operations.edit_activity(actor=privacy.as_actor(), activity=activity, changes={"name": "B"}, reason="x")


def test_a_third_country_needs_its_safeguards():
    assert [
        name for name, _words, _law in missing(COMPLETE | {"controller": 1, "purposes": "x", "regions": ["US"]})
    ] == ["transfers"]


def test_an_automated_decision_needs_a_way_to_a_human():
    found = missing(COMPLETE | {"controller": 1, "purposes": "x", "automated_decisions": True})
    assert [(name, law) for name, _words, law in found] == [("objection", "Art. 22(3)")]


ENTRY = ActivityTerms(
    key="PRA-0001",
    purposes=frozenset({"claims-handling", "fraud"}),
    actions=frozenset({"read"}),
    categories=frozenset({"personal", "financial"}),
    lawful_basis="contract",
    impact_assessment="not_required",
    regions=frozenset({"EU", "DE"}),
    datasets=frozenset({"claims", "customers"}),
    use_cases=frozenset({"triage"}),
)


def wanted(**changes):
    values = {
        "purpose": "claims-handling", "actions": frozenset({"read"}), "dataset": "claims", "use_case": "triage",
        "categories": frozenset({"personal"}), "region": "EU",
    }  # fmt: skip
    return Wanted(**(values | changes))


def entry(**changes):
    values = {name: getattr(ENTRY, name) for name in ENTRY.__slots__}
    return ActivityTerms(**(values | changes))


HEALTH = frozenset({"personal", "health"})
TWENTY = [
    ("as it says", ENTRY, wanted(), []),
    ("its other purpose", ENTRY, wanted(purpose="fraud"), []),
    ("its other dataset", ENTRY, wanted(dataset="customers"), []),
    ("its other region", ENTRY, wanted(region="DE"), []),
    ("no region said", ENTRY, wanted(region=""), []),
    ("a person, no use case", ENTRY, wanted(use_case=""), []),
    ("financial data besides", ENTRY, wanted(categories=frozenset({"personal", "financial"})), []),
    ("data about nobody, no entry", None, wanted(categories=frozenset()), []),
    (
        "health data with its condition",
        entry(categories=HEALTH, special_category_condition="Art. 9(2)(f)"),
        wanted(categories=HEALTH),
        [],
    ),
    ("an entry for every dataset", entry(datasets=frozenset()), wanted(dataset="telematics"), []),
    ("no entry at all", None, wanted(), ["PRA-001"]),
    ("a draft", entry(status="draft"), wanted(), ["PRA-002"]),
    ("one that ended", entry(status="ended"), wanted(), ["PRA-002"]),
    ("another purpose", ENTRY, wanted(purpose="marketing"), ["PRA-003"]),
    ("another dataset", ENTRY, wanted(dataset="telematics"), ["PRA-004"]),
    ("another use case", ENTRY, wanted(use_case="pricing"), ["PRA-005"]),
    ("data it does not name", ENTRY, wanted(categories=HEALTH), ["PRA-006", "PRA-007"]),
    ("health data without condition", entry(categories=HEALTH), wanted(categories=HEALTH), ["PRA-007"]),
    ("an impact assessment that is not done", entry(impact_assessment="required"), wanted(), ["PRA-008"]),
    ("a third country", ENTRY, wanted(region="US"), ["PRA-009"]),
    ("no lawful basis", entry(lawful_basis=""), wanted(), ["PRA-010"]),
    ("training, where it says reading", ENTRY, wanted(actions=frozenset({"train"})), ["PRA-011"]),
]


@pytest.mark.parametrize("name, terms, question, rules", TWENTY, ids=[case[0] for case in TWENTY])
def test_the_register_allows_what_fits_and_names_the_entry_that_a_use_contradicts(name, terms, question, rules):
    found = objections(terms, question)
    assert [one.rule for one in found] == rules
    assert all(one.entry == "PRA-0001" for one in found if terms is not None)


def test_a_use_of_personal_data_is_held_against_the_use_cases_entries(activity, dataset, use_case):
    Dataset.objects.filter(pk=dataset.pk).update(categories=["personal"])
    dataset.refresh_from_db()
    assert objections_to_use(dataset, use_case, "read") == []
    assert [one.rule for one in objections_to_use(dataset, use_case, "train")] == ["PRA-011"]
    assert [one.rule for one in objections_to_use(dataset, None, "read")] == ["PRA-001"]


def test_a_use_case_with_personal_data_and_no_entry_in_force_is_a_finding(use_case):
    rule = rule_named("ROP-001")
    assert [row.key for row in rule.failing()] == [use_case.key]
    assert evaluate(rule).opened == 1


def test_an_entry_in_force_closes_the_finding(use_case, activity):
    assert not rule_named("ROP-001").failing().exists()


def test_a_required_impact_assessment_that_is_not_done_is_a_finding(activity):
    assert not rule_named("ROP-003").failing().exists()
    ProcessingActivity.objects.update(impact_assessment="required")
    assert rule_named("ROP-003").failing().exists()


def test_an_entry_without_anybody_who_answers_is_a_finding(activity):
    assert not rule_named("ROP-004").failing().exists()
    ProcessingActivity.objects.update(owner=None)
    assert rule_named("ROP-004").failing().exists()


def test_data_protection_writes_an_entry_in_the_browser(
    client, as_person, privacy, lead, claims, use_case, legal_entity
):
    as_person(client, privacy)
    typed = {"department": claims.pk, "name": "Telematics", "purposes": "Price by distance.", "use_cases": use_case.key}
    typed |= {"lawful_basis": "consent", "impact_assessment": "unknown", "controller": legal_entity.pk}
    answer = client.post("/data/processing/begin/", typed)
    made = ProcessingActivity.objects.get()
    assert answer.status_code == 302 and answer["Location"] == f"/data/processing/{made.key}/"
    shown = client.get(f"/data/processing/{made.key}/").content.decode()
    assert "Before it can be in force" in shown and "Art. 30(1)(f)" in shown
    assert client.post(f"/data/processing/{made.key}/publish/", {"reason": ""}).status_code == 403, "they wrote it"
    as_person(client, lead)
    refused = client.post(f"/data/processing/{made.key}/publish/", {"reason": ""})
    assert refused.status_code == 422 and "recipients" in refused.content.decode()


def test_data_that_the_editor_may_not_know_of_is_not_shown_and_stays(client, as_person, draft, employee, dataset):
    Dataset.objects.update(level="restricted")
    draft.datasets.add(dataset)
    ProcessingActivity.objects.update(owner=employee)
    as_person(client, employee)
    path = f"/data/processing/{draft.key}/edit/"
    form = client.get(path).context["form"]
    assert dataset.key not in form.as_p()
    typed = {name: value for name in form.fields if (value := form[name].value()) not in (None, "")}
    typed = {name: "\n".join(map(str, value)) if isinstance(value, list) else value for name, value in typed.items()}
    typed |= {"name": "Claims handled", "data_categories": draft.data_categories, "actions": draft.actions}
    answer = client.post(path, typed)
    assert answer.status_code == 302, answer.context["form"].errors
    draft.refresh_from_db()
    assert draft.name == "Claims handled" and list(draft.datasets.all()) == [dataset]


def test_bad_input_is_kept_and_explained(client, as_person, privacy, claims):
    as_person(client, privacy)
    typed = {"department": claims.pk, "name": "Kept name", "purposes": "", "use_cases": "UC-9999"}
    answer = client.post("/data/processing/begin/", typed)
    text = answer.content.decode()
    assert answer.status_code == 422 and "Kept name" in text and "UC-9999" in text and "Fill in “Purposes”." in text
    assert not ProcessingActivity.objects.exists()


def test_an_employee_does_not_see_the_register(client, as_person, employee, activity):
    as_person(client, employee)
    assert client.get("/data/processing/").status_code == 403
    assert client.get(f"/data/processing/{activity.key}/").status_code == 404


def test_the_authority_gets_the_whole_register(client, as_person, auditor, activity, use_case):
    as_person(client, auditor)
    answer = client.get("/data/processing/?export=csv")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text))
    assert row["(d) Recipients"] == "Claims department, Reinsurer"
    assert row["(f) Time limits for erasure"].startswith("Ten years")
    assert row["Use cases"] == use_case.key
    assert Entry.objects.filter(event="web.list.exported").exists()


def test_the_list_costs_the_same_for_one_entry_and_for_ten(
    client, as_person, privacy, activity, claims, django_assert_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    as_person(client, privacy)
    client.get("/data/processing/")
    with CaptureQueriesContext(connection) as one:
        client.get("/data/processing/")
    for number in range(9):
        operations.register_activity(
            actor=privacy.as_actor(), name=f"Activity {number}", purposes="Test", department=claims
        )
    with CaptureQueriesContext(connection) as ten:
        client.get("/data/processing/")
    assert len(one) == len(ten)
