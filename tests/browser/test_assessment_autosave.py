"""Filling an assessment in with a real browser: saving as one types, clashes, follow-up questions, phones."""

import pytest

from apps.assessments import operations
from apps.kernel import clock

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def page(open_browser, delivery):
    return open_browser(delivery)


def test_it_saves_as_one_types_and_shows_both_texts_of_a_clash(page, system, analyst, delivery, owner):
    assessment = operations.assign_assessment(
        actor=analyst.as_actor(), about=system, assigned_to=delivery, due_on=clock.today()
    )
    address = f"/assessments/{assessment.key}/sections/screening/"
    page.goto(address)
    page.get_by_label("Yes, it infers its results").check()
    page.locator("#state-is_ai").get_by_text("Saved").wait_for()
    _answer_screening(assessment, delivery)

    page.goto(f"/assessments/{assessment.key}/sections/purpose/")
    field, state = page.locator("#answer-purpose_text"), page.locator("#state-purpose_text")
    # Slower than the pause after which it saves: the open page never clashes with itself.
    field.press_sequentially("Price", delay=700)
    state.get_by_text("Saved").wait_for()
    assert _value(assessment, "purpose_text") == "Price"
    row = assessment.answers.get(question="purpose_text")
    operations.answer_question(
        actor=owner.as_actor(), assessment=assessment, question="purpose_text", value="Olga's", version=row.version
    )
    field.press_sequentially(" it")
    state.get_by_text("Not saved").wait_for()
    assert "Olga's" in state.inner_text()
    assert _value(assessment, "purpose_text") == "Olga's"
    page.get_by_role("button", name="Merge the two").click()
    page.get_by_role("button", name="Save and go on").click()
    page.wait_for_url(f"**/assessments/{assessment.key}/")
    assert _value(assessment, "purpose_text") == "Olga's\n\nPrice it"

    page.goto(f"/assessments/{assessment.key}/sections/privacy/")
    page.locator("#answer-transfers-yes").check()
    page.locator("#answer-transfer_safeguard").wait_for()
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def _answer_screening(assessment, person):
    from tests.assessments.examples import EXAMPLES, KNOWN

    for question, value in {**KNOWN, **EXAMPLES["life-insurance pricing"][0]}.items():
        operations.answer_question(
            actor=person.as_actor(), assessment=assessment, question=question, value=value, version=0
        )


def _value(assessment, question):
    return assessment.answers.get(question=question).value
