"""The pages of the inventory, walked by the people they are for."""

import pytest
from django.test import Client
from django.urls import reverse

from apps.inventory import operations
from apps.inventory.models import AISystem, ApprovedUse, Intake, OperatingStatus, UseCase, Vendor
from apps.kernel.identifiers import uuid7

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture
def browse(as_person):
    return lambda person: as_person(Client(), person)


def url(name, *arguments):
    return reverse(f"inventory:{name}", args=arguments)


def form_of(response):
    """Return what a browser would send back: the initial values of the form on the page."""
    form = response.context["form"]
    data = {}
    for name in form.fields:
        value = form[name].value()
        if value is True:
            data[name] = "on"
        elif value not in (None, False):
            data[name] = (
                [getattr(item, "pk", item) for item in value]
                if isinstance(value, list)
                else getattr(value, "pk", value)
            )
    return data


@pytest.mark.parametrize("tab", ["overview", "record", "parts", "authorisations", "uses"])
def test_the_owner_reads_every_part_of_the_page(browse, owner, system, tab):
    page = browse(owner).get(url("system", system.key) + f"?tab={tab}")
    assert page.status_code == 200 and system.name in page.text


def test_who_may_not_know_of_a_system_gets_404_everywhere(browse, employee, outsider, system):
    for person in (employee, outsider):
        client = browse(person)
        assert client.get(url("system", system.key)).status_code == 404
        assert client.get(url("systems")).text.count(system.key) == 0


def test_the_list_finds_filters_and_exports(browse, analyst, owner, system):
    client = browse(analyst)
    assert system.key in client.get(url("systems") + "?q=urgency&stage=proposed&tier=unknown&authorisation=none").text
    assert system.key not in client.get(url("systems") + "?stage=production").text
    export = client.get(url("systems") + "?export=csv")
    assert "Claims triage" in b"".join(export.streaming_content).decode()
    assert client.get(url("systems") + "?export=xlsx").status_code == 200
    assert "export=csv" not in browse(owner).get(url("systems")).text
    assert browse(owner).get(url("systems") + "?export=csv").status_code == 403
    for sort in ("name", "-stage", "tier", "-updated"):
        assert client.get(url("systems") + f"?sort={sort}").status_code == 200


def test_the_list_costs_the_same_for_more_rows(browse, analyst, owner, claims, system, django_assert_max_num_queries):
    client = browse(analyst)
    client.get(url("systems"))
    for number in range(15):
        operations.register_system(actor=owner.as_actor(), name=f"S{number}", department=claims, owner=owner)
    with django_assert_max_num_queries(16):
        client.get(url("systems"))


def test_the_owner_registers_and_completes_a_system(browse, owner, claims):
    client = browse(owner)
    data = form_of(client.get(url("system_register"))) | {
        "name": "New one",
        "regions": "eu-central-1\neu-west-1",
        "currency": "EUR",
    }
    done = client.post(url("system_register"), data)
    assert done.status_code == 302
    made = AISystem.objects.get(name="New one")
    assert made.owner == owner and made.regions == ["eu-central-1", "eu-west-1"]
    data = form_of(client.get(url("system_edit", made.key))) | {"benefit": "Faster", "master_data": "cmdb: APP-7"}
    assert client.post(url("system_edit", made.key), data).status_code == 302
    made.refresh_from_db()
    assert made.benefit == "Faster" and made.master_data == {"cmdb": "APP-7"} and made.version == 2


def test_a_secret_comes_back_with_the_text_kept(browse, owner, system):
    client = browse(owner)
    data = form_of(client.get(url("system_edit", system.key))) | {
        "isolation": "key AKIAIOSFODNN7EXAMPLE",
        "benefit": "Kept",
    }
    page = client.post(url("system_edit", system.key), data)
    assert page.status_code == 422 and "looks like an AWS" in page.text and "Kept" in page.text


def test_two_editors_see_both_versions_and_the_second_may_keep_theirs(browse, owner, system):
    client = browse(owner)
    data = form_of(client.get(url("system_edit", system.key))) | {"benefit": "Mine"}
    operations.edit_system(actor=owner.as_actor(), system=system, changes={"benefit": "Theirs"})
    page = client.post(url("system_edit", system.key), data)
    assert page.status_code == 409 and "Mine" in page.text and "Theirs" in page.text
    again = form_of(page)
    assert client.post(url("system_edit", system.key), again).status_code == 302
    system.refresh_from_db()
    assert system.benefit == "Mine"


def test_others_get_403_on_the_edit_page(browse, second_owner, analyst, system):
    assert browse(analyst).get(url("system_edit", system.key)).status_code == 403


ACTIONS = [
    ("suspend", "owner", {"reason": "Wrong answers"}),
    ("withdraw", "owner", {"reason": "No budget"}),
    ("observe", "owner", {"status": "running"}),
    ("people", "owner", {"deputy": "emil.employee@aurelia.example", "reason": "Holiday"}),
    ("restrict", "lead", {"restricted": "yes", "reason": "Investigation"}),
]


@pytest.mark.parametrize(("name", "persona", "data"), ACTIONS, ids=[action[0] for action in ACTIONS])
def test_actions_show_their_form_and_are_carried_out(browse, request, employee, system, name, persona, data):
    client = browse(request.getfixturevalue(persona))
    assert client.get(url(f"system_{name}", system.key)).status_code == 200
    assert client.post(url(f"system_{name}", system.key), {}).status_code == 422
    assert client.post(url(f"system_{name}", system.key), data).status_code == 302


def test_the_next_step_is_refused_with_the_reason_and_taken_with_the_decision(browse, owner, system, issue):
    client = browse(owner)
    page = client.get(url("system", system.key))
    assert "none stands yet" in page.text
    assert client.get(url("system_stage", system.key)).status_code == 403
    issue(system)
    assert client.post(url("system_stage", system.key), {"target": "design"}).status_code == 302
    assert client.post(url("system_stage", system.key), {"target": "nowhere"}).status_code in (403, 422)


def test_a_suspended_system_says_so_and_resumes_by_its_review(browse, owner, system, issue):
    operations.suspend(actor=owner.as_actor(), system=system, reason="Wrong answers")
    client = browse(owner)
    assert "Wrong answers" in client.get(url("system", system.key)).text
    assert client.post(url("system_resume", system.key), {}).status_code == 403
    issue(system, "G5", "operation")
    assert client.post(url("system_resume", system.key), {"reason": ""}).status_code == 302
    system.refresh_from_db()
    assert system.operating_status == OperatingStatus.RUNNING


def test_restricted_access_legacy_and_merging_in_the_browser(browse, lead, sponsor, steward, owner, system, claims):
    client = browse(lead)
    operations.report_operating_status(actor=owner.as_actor(), system=system, status="running")
    operations.mark_restricted(actor=lead.as_actor(), system=system, restricted=True, reason="Test")
    data = {"person": "Stella Steward", "reason": "Looks"}
    assert client.post(url("system_access", system.key), data).status_code == 302
    assert browse(steward).get(url("system", system.key)).status_code == 200
    from datetime import timedelta

    from apps.kernel import clock

    legacy = {"until": (clock.today() + timedelta(days=30)).isoformat(), "interim_controls": "Four eyes"}
    assert client.post(url("system_legacy", system.key), legacy).status_code == 302
    second = browse(sponsor)
    assert "second signature" in second.get(url("system", system.key) + "?tab=authorisations").text
    period = system.legacy_periods.get()
    assert client.post(url("legacy_countersign", period.pk), {}).status_code == 403
    assert second.post(url("legacy_countersign", period.pk), {}).status_code == 302
    twin = operations.register_system(actor=owner.as_actor(), name="Twin", department=claims, owner=owner)
    assert client.post(url("system_merge", twin.key), {"survivor": system.key, "reason": "Twice"}).status_code == 302
    assert client.get(url("system", twin.key)).url == url("system", system.key)
    authorisation = system.authorisations.get()
    page = client.get(url("system", system.key) + "?tab=authorisations")
    assert authorisation.key in page.text
    assert client.get(url("authorisation_revoke", authorisation.key)).status_code == 200
    assert client.post(url("authorisation_revoke", authorisation.key), {"reason": "Harm"}).status_code == 302


def test_stale_fields_are_named(browse, owner, system, issue, advance):
    system = advance(system, "pilot")
    operations.edit_system(actor=owner.as_actor(), system=system, changes={"outputs": "Pays claims"})
    text = browse(owner).get(url("system", system.key)).text
    assert "After the decision this changed: What it puts out" in text
    assert "Pays claims" in browse(owner).get(url("system", system.key) + "?tab=authorisations").text


def test_parts_are_added_edited_and_removed(browse, owner, system):
    client = browse(owner)
    part = {"kind": "model", "name": "GPT", "sourcing": "managed"}
    assert client.get(url("component_add", system.key)).status_code == 200
    assert client.post(url("component_add", system.key), part).status_code == 302
    component = system.components.get()
    assert client.get(url("component_edit", system.key, component.pk)).status_code == 200
    assert client.post(url("component_edit", system.key, component.pk), part | {"version": "2"}).status_code == 302
    assert client.post(url("component_edit", system.key, component.pk), {"remove": "yes"}).status_code == 302
    assert client.get(url("component_edit", system.key, uuid7())).status_code == 404
    assert client.post(url("dependency_add", system.key), {"kind": "api", "on_name": "Core"}).status_code == 302
    dependency = system.dependencies.get()
    assert "Core" in client.get(url("system", system.key) + "?tab=parts").text
    assert client.post(url("dependency_remove", system.key, dependency.pk)).status_code == 302
    assert client.post(url("dependency_add", system.key), {"kind": "api", "on_system": "AIS-0"}).status_code == 422


def test_use_cases_are_registered_edited_linked_and_retired(browse, owner, system):
    client = browse(owner)
    data = form_of(client.get(url("use_case_register") + f"?system={system.key}"))
    data |= {"name": "Sort claims", "purpose": "By urgency", "system": system.key}
    assert client.post(url("use_case_register"), data).status_code == 302
    use_case = UseCase.objects.get()
    assert list(use_case.systems.all()) == [system]
    page = client.get(url("use_case", use_case.key))
    assert page.status_code == 200 and system.key in page.text
    data = form_of(client.get(url("use_case_edit", use_case.key))) | {"process": "Claims"}
    assert client.post(url("use_case_edit", use_case.key), data).status_code == 302
    assert (
        client.post(url("use_case_edit", use_case.key), data | {"process": "Other", "submission": "x"}).status_code
        == 409
    )
    assert client.get(url("use_case_unlink", use_case.key, system.key)).status_code == 200
    assert client.post(url("use_case_unlink", use_case.key, system.key), {"reason": "Moved"}).status_code == 302
    assert client.post(url("use_case_link", use_case.key), {"system": system.key}).status_code == 302
    assert client.post(url("use_case_retire", use_case.key), {"reason": "Over"}).status_code == 302
    assert use_case.key in client.get(url("use_cases")).text


def test_vendors(browse, analyst, owner, employee):
    client = browse(analyst)
    assert client.post(url("vendor_register"), {"name": "Modelworks", "country": "IE"}).status_code == 302
    vendor = Vendor.objects.get()
    assert client.get(url("vendor", vendor.pk)).status_code == 200
    assert client.post(url("vendor_edit", vendor.pk), {"name": "Modelworks", "notes": "EU"}).status_code == 302
    assert "Modelworks" in client.get(url("vendors")).text
    assert browse(owner).get(url("vendor_edit", vendor.pk)).status_code == 403
    assert browse(employee).get(url("vendors")).status_code == 403


def test_an_employee_proposes_and_follows(browse, employee, answers, analyst, system):
    client = browse(employee)
    page = client.get(url("intake") + "?purpose=Translate+contracts&data=internal")
    assert "Translate contracts" in page.text
    data = {"purpose": "Translate contracts of our suppliers", **answers}
    assert client.post(url("intake"), {"purpose": "AI"}).status_code == 422
    assert client.post(url("intake"), data | {"areas": ["none", "pricing"]}).status_code == 422
    done = client.post(url("intake"), data, follow=True)
    intake = Intake.objects.get()
    assert "T4 low" in done.text and "within five working days" in done.text
    triage = browse(analyst)
    assert intake.key in triage.get(url("triage")).text
    assert triage.get(url("triage_intake", intake.key)).status_code == 200
    assert triage.post(url("triage_intake", intake.key), {"outcome": "duplicate", "reason": "Yes"}).status_code == 422
    decided = triage.post(
        url("triage_intake", intake.key), {"outcome": "platform", "reason": "Use it", "system": system.key}
    )
    assert decided.status_code == 302
    assert "Use it" in client.get(url("intake_detail", intake.key)).text
    assert triage.post(url("triage_intake", intake.key), {"outcome": "refused", "reason": "No"}).status_code in (
        200,
        422,
    )


def test_accepting_in_the_browser(browse, intake, analyst, employee, outsider):
    assert browse(outsider).get(url("triage_intake", intake.key)).status_code == 404
    data = {"outcome": "accepted", "reason": "Good", "name": "Letter summaries"}
    assert browse(analyst).post(url("triage_intake", intake.key), data).status_code == 302
    system = AISystem.objects.get(name="Letter summaries")
    page = browse(employee).get(url("system", system.key))
    assert page.status_code == 200 and "Edit the record" in page.text


def test_a_prohibited_wish_is_told_at_once(browse, employee, answers):
    data = {"purpose": "Watch the mood of the staff", **answers, "practices": ["workplace_emotion"]}
    page = browse(employee).post(url("intake"), data, follow=True)
    assert "This cannot be done" in page.text and "emotions of staff" in page.text


def test_the_proposer_takes_it_back(browse, intake, employee, owner):
    assert browse(owner).post(url("intake_detail", intake.key)).status_code == 404
    assert browse(employee).post(url("intake_detail", intake.key)).status_code == 302


def test_what_sounds_alike_is_shown_while_typing(browse, employee, owner, system, advance):
    operations.propose_use_of(
        actor=owner.as_actor(), system=system, title="Translate contracts", purpose="Into English",
        data_classes=["internal"], for_everyone=True,
    )  # fmt: skip
    advance(system, "pilot")
    client = browse(employee)
    assert (
        "Translate contracts"
        in client.get(url("intake_similar") + "?purpose=contracts to translate", headers=HTMX).text
    )
    assert (
        "Translate contracts"
        not in client.get(url("intake_similar") + "?purpose=summaries of calls", headers=HTMX).text
    )


@pytest.fixture
def offered(owner, system, advance):
    use = operations.propose_use_of(
        actor=owner.as_actor(), system=system, title="Translate contracts", purpose="Into English", conditions="Read it",
        data_classes=["confidential"], for_everyone=True,
    )  # fmt: skip
    advance(system, "pilot")
    return ApprovedUse.objects.get(pk=use.pk)


def test_may_i_use_this_is_answered_with_the_decision_cited(browse, employee, offered):
    client = browse(employee)
    key = offered.authorisation.key
    assert key in client.get(url("catalog")).text
    yes = client.get(url("catalog") + "?q=translate&data=internal", headers=HTMX).text
    assert "Yes" in yes and key in yes and "Read it" in yes
    no = client.get(url("catalog") + "?q=translate&data=personal").text
    assert "not personal data" in no and "Request it" in no
    unsure = client.get(url("catalog") + "?q=translate&data=unsure").text
    assert "Ask first" in unsure and "Which class is my data?" in unsure
    none = client.get(url("catalog") + "?q=compose+music&data=internal").text
    assert "not yet" in none and "purpose=compose+music&amp;data=internal" in none


def test_the_use_has_a_page_for_its_audience(browse, employee, owner, offered):
    client = browse(employee)
    page = client.get(url("approved_use", offered.key) + "?data=public")
    assert "Yes" in page.text and offered.authorisation.key in page.text
    assert browse(owner).post(url("use_withdraw", offered.key), {"reason": "Over"}).status_code == 302
    assert client.get(url("approved_use", offered.key)).status_code == 404
    assert "Over" in browse(owner).get(url("approved_use", offered.key)).text


def test_the_owner_proposes_a_use_in_the_browser(browse, owner, system):
    client = browse(owner)
    assert client.get(url("use_propose", system.key)).status_code == 200
    data = {"title": "Sort letters", "purpose": "By topic", "data_classes": ["internal"], "for_everyone": "on"}
    assert client.post(url("use_propose", system.key), data).status_code == 302
    assert client.post(url("use_propose", system.key), {**data, "for_everyone": ""}).status_code == 422
    assert "Sort letters" in client.get(url("system", system.key) + "?tab=uses").text


def test_the_search_and_my_work_know_the_inventory(browse, owner, analyst, intake, system):
    from apps.kernel import owed
    from apps.kernel.search import search

    assert any("Claims triage" in hit.title for _title, hits in search(owner, "triage") for hit in hits)
    assert any(item.kind == "Record" for item in owed.owed_by(owner))
    assert any(intake.key in item.title for item in owed.owed_by(analyst))


def test_the_dossier_holds_the_record(system, owner):
    from apps.kernel import dossier

    operations.add_component(actor=owner.as_actor(), system=system, kind="model", name="GPT")
    content = dossier.assemble(system)
    assert content["inventory"]["system"]["name"] == "Claims triage"
    first = dossier.content_hash(dossier.canonical_bytes(content))
    operations.edit_system(actor=owner.as_actor(), system=system, changes={"benefit": "Faster"})
    system.refresh_from_db()
    assert dossier.content_hash(dossier.canonical_bytes(dossier.assemble(system))) != first
