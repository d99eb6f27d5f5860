"""The main job in a real browser, with and without JavaScript: from a wish to a system that may run in production."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from apps.assessments import operations as assessments
from apps.assessments.models import Assessment
from apps.assessments.queries import standing_of
from apps.gates import operations as gates
from apps.gates.models import Review
from apps.gates.queries import policy_in_force
from apps.inventory import operations as inventory
from apps.inventory.models import AISystem, Intake
from apps.kernel import clock
from apps.kernel.errors import Refused
from tests.assessments.examples import EXAMPLES, KNOWN

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(400)]

PURPOSE = "Answer customers' questions about the state of their claim. For the service team in Linz."
WISH = {
    "technique": "generates", "person_effect": "none", "data_classes": "personal", "audience": "outside",
    "actions": "none", "areas": "none", "practices": "none", "platform": "build",
}  # fmt: skip
RECORD = {
    "summary": "Answers customers who ask where their claim stands.", "problem": "Callers wait for eleven minutes.",
    "benefit": "Fewer calls.", "benefit_measure": "30 % fewer calls by June, by the call log.",
    "outputs": "Short answers with the source.", "intended_users": "Customers with an open claim",
    "people_affected": "Customers", "human_involvement": "A clerk reads a sample a day and may correct each answer.",
    "regions": "eu-central-1", "one_off_cost": "60000", "yearly_run_cost": "24000",
    "secret_references": "vault:claims/bot",
}  # fmt: skip
LANES = ("architecture", "security", "privacy")
LIKELY = ("tested", "in_place", "yes", "approved", "none", "narrow")


class Browsers:
    """A window for each person; every answer of the server is looked at."""

    def __init__(self, open_browser: Callable[..., Any], script: bool) -> None:
        self.opened, self.script, self.windows = open_browser, script, {}
        self.wrong: list[str] = []

    def of(self, person: Any) -> Any:
        """Return a person's window."""
        if person.pk not in self.windows:
            page = self.windows[person.pk] = self.opened(person, script=self.script)
            page.set_default_timeout(60_000)
            page.on("response", self._look)
        return self.windows[person.pk]

    def _look(self, response: Any) -> None:
        if response.status >= 400:
            self.wrong.append(f"{response.status} {response.request.method} {response.url}")

    def complaints(self) -> list[str]:
        """Return what browsers complained about: refused policy, script errors, answers that are no pages."""
        return self.wrong + [text for page in self.windows.values() for text in page.complaints]


@pytest.mark.parametrize("script", [False, True], ids=["without-javascript", "with-javascript"])
def test_from_a_wish_to_production(
    script, open_browser, employee, owner, sponsor, analyst, second_analyst, lead,
    architect, second_architect, security, privacy, validation,
):  # fmt: skip
    browsers = Browsers(open_browser, script)
    window = browsers.of(owner)
    system = propose_and_accept(browsers, employee, analyst, owner)
    complete(window, system, sponsor)

    assert "G1" in refused_step(window, system, "design")
    decided_by(browsers, submit(window, system, "G1"), [second_analyst])
    move(window, system, "Design")

    assess(browsers, system, lead, analyst, second_analyst)
    system.refresh_from_db()
    assert system.tier == "T2"
    reviewers = [architect, security, privacy]
    for gate, stage in (("G2", "Build"), ("G3", "Pilot")):
        if script:
            pass_quietly(system, owner, gate, stage.lower(), dict(zip(LANES, reviewers, strict=True)))
        else:
            decided_by(browsers, submit(window, system, gate), reviewers)
            move(window, system, stage)

    review = submit(window, system, "G4")
    assert "G4" in refused_step(window, system, "production")
    decided_by(browsers, review, [*reviewers, validation, lead])
    review.refresh_from_db()
    assert review.state == "waiting"
    assert "G4" in refused_step(window, system, "production")
    decided_by(browsers, review, [second_architect])
    move(window, system, "Production")

    window.goto(f"/systems/{system.key}/")
    assert window.locator("dt", has_text="Authorisation").locator("xpath=..").get_by_text("Valid").is_visible()
    assert browsers.complaints() == []


def propose_and_accept(browsers: Browsers, employee, analyst, owner) -> AISystem:
    page = browsers.of(employee)
    page.goto("/intake/")
    page.locator("#id_purpose").fill(PURPOSE)
    for name, value in WISH.items():
        page.locator(f"input[name={name}][value={value}]").check()
    press(page, "Send")
    page.wait_for_url(re.compile(r"/intake/[A-Z]+-\d+/$"))
    intake = Intake.objects.get()
    assert page.get_by_text("Provisional tier").is_visible()

    page = browsers.of(analyst)
    page.goto("/triage/")
    page.locator(f"a[href='/triage/{intake.key}/']").first.click()
    page.locator("input[name=outcome][value=accepted]").check()
    page.locator("#id_reason").fill("A use of its own; described well enough.")
    page.locator("#id_name").fill("Claims chatbot")
    page.locator("#id_owner").fill(owner.email)
    press(page, "Decide")
    page.wait_for_url("**/triage/")
    return AISystem.objects.get()


def complete(page, system: AISystem, sponsor) -> None:
    page.goto(f"/systems/{system.key}/")
    page.get_by_role("link", name="Edit the record").click()
    page.wait_for_url("**/edit/")
    for name, value in RECORD.items():
        page.locator(f"#id_{name}").fill(value)
    page.locator("#id_person_effect").select_option("none")
    page.locator("#id_sourcing").select_option("build")
    page.locator("#id_network_perimeter").select_option("internet")
    press(page, "Save")
    page.wait_for_url(f"**/systems/{system.key}/")
    page.get_by_role("link", name="Hand over").click()
    page.locator("#id_sponsor").fill(sponsor.email)
    page.locator("#id_reason").fill("She pays for it.")
    press(page, "Hand over")
    page.wait_for_url(f"**/systems/{system.key}/")


def submit(page, system: AISystem, gate: str) -> Review:
    """Find the next gate on the system's page, answer its questions, submit."""
    page.goto(f"/systems/{system.key}/")
    page.get_by_role("link", name="Submit for review").click()
    # A page that is still being read has not all of its questions yet.
    page.wait_for_url(f"**/submit/{gate}/")
    for field in page.locator("main textarea").all():
        field.fill("As the record says; the service team has tried it.")
    press(page, f"Submit for {gate}")
    page.wait_for_url("**/reviews/*/")
    return Review.objects.get(system=system, gate=gate)


def decided_by(browsers: Browsers, review: Review, people: list[Any]) -> None:
    """Let each find the review under My work and approve it."""
    for person in people:
        page = browsers.of(person)
        page.goto("/work/")
        page.locator(f"a[href='/reviews/{review.key}/']").first.click()
        page.locator("input[name=lane]").first.check()
        page.locator("input[name=outcome][value=approve]").check()
        page.locator("#id_reason").fill("The answers hold.")
        press(page, "Record my decision")
        page.wait_for_url(f"**/reviews/{review.key}/")
        assert review.decisions.filter(person=person, outcome="approve").exists()


def pass_quietly(system: AISystem, owner, gate: str, target: str, lanes: dict[str, Any]) -> None:
    """Pass a gate as the pages do, without them."""
    asked = policy_in_force().gates[gate].questions
    review = gates.submit_review(
        actor=owner.as_actor(), system=system, gate=gate, answers=dict.fromkeys(asked, "As the record says.")
    )
    for lane, person in lanes.items():
        gates.decide(
            actor=person.as_actor(), review=review, lane=lane, outcome="approve",
            content_hash=review.content_hash, reason="The answers hold.",
        )  # fmt: skip
    inventory.change_stage(actor=owner.as_actor(), system=system, target=target)
    system.refresh_from_db()


def refused_step(page, system: AISystem, target: str) -> str:
    """Try to take a step that is not allowed; return what the page says of it."""
    page.goto(f"/systems/{system.key}/")
    assert page.get_by_role("button", name="Move to").first.is_disabled()
    before = system.stage
    with pytest.raises(Refused):
        inventory.change_stage(actor=system.owner.as_actor(), system=system, target=target)
    system.refresh_from_db()
    assert system.stage == before != target
    return page.locator(".refused", has_text="Move to").inner_text()


def move(page, system: AISystem, label: str) -> None:
    page.goto(f"/systems/{system.key}/")
    page.get_by_role("link", name=f"Move to {label}").first.click()
    press(page, "Move")
    page.wait_for_url(f"**/systems/{system.key}/")
    system.refresh_from_db()
    assert system.get_stage_display() == label


def assess(browsers: Browsers, system: AISystem, lead, analyst, signer) -> None:
    page = browsers.of(lead)
    page.goto(f"/systems/{system.key}/")
    page.get_by_role("link", name="Assess", exact=True).click()
    page.locator("#id_assigned_to").fill(analyst.email)
    press(page, "Assign")
    page.wait_for_url(re.compile(r"/assessments/[A-Z]+-\d+/$"))
    assessment = Assessment.objects.get()

    page = browsers.of(analyst)
    page.goto("/work/")
    page.locator(f"a[href='/assessments/{assessment.key}/']").first.click()
    answer_screening(page, assessment, browsers.script)
    answer_the_rest(assessment, analyst)
    page.goto(f"/assessments/{assessment.key}/")
    page.get_by_role("link", name="Check answers and submit").click()
    press(page, "Submit for signature")
    page.wait_for_url(f"**/assessments/{assessment.key}/")

    page = browsers.of(signer)
    page.goto("/work/")
    page.locator(f"a[href^='/assessments/{assessment.key}/']").first.click()
    if not page.url.endswith("/review/"):
        page.get_by_role("link", name="Read and sign").click()
    page.locator("input[name=outcome][value=sign]").check()
    press(page, "Give your verdict")
    page.wait_for_url(f"**/assessments/{assessment.key}/")
    assessment.refresh_from_db()
    assert assessment.status == "signed"


def answer_screening(page, assessment: Assessment, script: bool) -> None:
    """Answer the twelve questions as a person does; with JavaScript each is saved as it is answered."""
    page.locator(f"a[href='/assessments/{assessment.key}/sections/screening/']").first.click()
    for name, given in {**KNOWN, **EXAMPLES["customer chatbot"][0]}.items():
        for value in given if isinstance(given, list) else [given]:
            page.locator(f"#answer-{name}-{value}").check()
        if script:
            page.locator(f"#state-{name}").get_by_text("Saved").wait_for()
    if not script:
        press(page, "Save and go on")
        page.wait_for_url(f"**/assessments/{assessment.key}/")
    assert {row.question for row in assessment.answers.all()} >= set(KNOWN)


def answer_the_rest(assessment: Assessment, person) -> None:
    """Answer what the modules ask, well enough to be signed."""
    for _round in range(12):
        waiting = standing_of(assessment).missing()
        for question in waiting:
            row = assessment.answers.filter(question=question.id).first()
            assessments.answer_question(
                actor=person.as_actor(), assessment=assessment, question=question.id,
                value=fitting(question, person), version=row.version if row else 0,
            )  # fmt: skip
        if not waiting:
            return


def fitting(question: Any, person: Any) -> Any:
    """Return the likeliest answer of the question's type."""
    kind, options = str(question.type.value), [option.value for option in question.options]
    if kind in ("single", "scale"):
        return next((value for value in LIKELY if value in options), options[0])
    if kind == "multiple":
        return ["none"] if "none" in options else options[:1]
    others = {"number": "24", "date": clock.today().isoformat(), "person": str(person.pk)}
    return others.get(kind, "Described in the operating manual.")


def press(page, name: str) -> None:
    """Press a button of the page's own form."""
    page.wait_for_load_state()
    page.locator("main").get_by_role("button", name=name).last.click()
    page.wait_for_load_state()
