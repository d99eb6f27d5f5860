"""The questionnaire language: what it refuses and where, what it asks, when it is complete."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.assessments.rules_pure import progress
from apps.assessments.rules_pure.policies import load_policy
from apps.assessments.rules_pure.ratings import rate
from apps.assessments.rules_pure.reading import load_questionnaire
from apps.assessments.rules_pure.texts import PackProblems, digest_of

REAL_TEXT = Path("apps/assessments/packs/ai-risk-assessment-2026.1.yaml").read_text()
SMALL_TEXT = Path("tests/assessments/five_questions.yaml").read_text()
REAL, SMALL = load_questionnaire(REAL_TEXT), load_questionnaire(SMALL_TEXT)
MATRIX = load_policy(Path("apps/assessments/policies/risk-matrix-2026.1.yaml").read_text())


def test_the_real_pack_has_twelve_screening_questions_and_sixty_to_ninety_in_all():
    assert sum(len(section.questions) for section in REAL.sections if section.screening) == 12
    assert 60 <= len(list(REAL.questions())) <= 90
    assert all("T4" not in section.tiers and section.tiers for section in REAL.sections if not section.screening)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("id: platform", "id: effect", "another question has this id"),
        ("equals: tested", "equal: tested", "questions[2] “proof”.when"),
        ("answer: appeal, equals", "answer: nothing, equals", "“nothing” is not known here"),
        ("decides: 5", "decides: 9", "raises.rights.impact"),
        ("lowers: [rights.impact]", "lowers: [weather.impact]", "“weather.impact” is no axis"),
        ("type: text", "type: poem", "“poem” is no type"),
        ("required: no", "requried: no", "questions[2] “proof”.requried: this key is not known"),
        ("screening: yes", "screening: no", "at least one section must be screening"),
        ("title: Five questions", "title: Five questions\ntitle: Again", "stands twice"),
        ('version: "1"', "version: [", "line"),
    ],
)
def test_it_names_the_place_of_a_mistake(old, new, problem):
    with pytest.raises(PackProblems) as raised:
        load_questionnaire(SMALL_TEXT.replace(old, new, 1))
    assert problem in str(raised.value)


def test_it_names_all_mistakes_at_once():
    broken = SMALL_TEXT.replace("type: text", "type: poem").replace("decides: 5", "decides: 9")
    with pytest.raises(PackProblems) as raised:
        load_questionnaire(broken)
    assert len(raised.value.problems) == 2


def test_line_ends_do_not_change_the_digest_but_a_word_does():
    assert digest_of(SMALL_TEXT.replace("\n", "\r\n")) == SMALL.digest
    assert digest_of(SMALL_TEXT.replace("Nothing", "Naught")) != SMALL.digest


def test_a_low_use_ends_after_the_screening_and_a_higher_one_goes_on():
    answers = {"effect": "none", "platform": "approved"}
    assert [s.id for s in progress.chosen_sections(SMALL, answers, "T4")] == ["screening"]
    assert [s.id for s in progress.chosen_sections(SMALL, answers, "T3")] == ["screening", "care"]


def test_modules_cannot_start_before_the_screening_is_complete():
    rows = progress.progress_of(SMALL, {"effect": "none"}, "T1", set(), set())
    assert [row.status for row in rows] == ["in_progress", "cannot_start"]


def test_a_condition_opens_its_question():
    section = SMALL.section("care")
    assert [q.id for q in progress.visible_questions(section, {})] == ["purpose", "appeal"]
    assert [q.id for q in progress.visible_questions(section, {"appeal": "tested"})] == ["purpose", "appeal", "proof"]


def test_not_knowing_in_the_screening_chooses_the_module():
    agents = REAL.section("agents")
    assert progress.is_chosen(agents, {"actions": "unknown"}, "T2")
    assert not progress.is_chosen(agents, {"actions": "none"}, "T2")


def test_it_refuses_values_that_are_no_answer():
    people, hours = REAL.question("people"), REAL.question("outage_hours")
    for question, value in ((people, ["martians"]), (people, ["none", "staff"]), (hours, "soon"), (hours, "NaN")):
        with pytest.raises(progress.BadAnswer):
            progress.clean(question, value)
    assert progress.clean(people, ["customers", "staff"]) == ["staff", "customers"]
    assert progress.clean(hours, "1 200") == "1200"


CHOICES = [q for q in REAL.questions() if q.options and q.type != "multiple"]
ANSWERS = st.fixed_dictionaries({q.id: st.sampled_from([*q.values, None]) for q in CHOICES})


@given(ANSWERS, st.sampled_from([q for q in CHOICES if q.raises]))
def test_not_answering_never_lowers_a_rating(answers, question):
    asked = list(REAL.questions())
    silent = rate(MATRIX, REAL.categories, asked, {**answers, question.id: None})
    said = rate(MATRIX, REAL.categories, asked, answers)
    for quiet, loud in zip(silent.categories, said.categories, strict=True):
        assert quiet.inherent.score >= loud.inherent.score
        assert quiet.residual.score >= loud.residual.score


@given(ANSWERS)
def test_residual_is_never_above_inherent_and_a_control_never_harms(answers):
    asked = list(REAL.questions())
    ratings = rate(MATRIX, REAL.categories, asked, answers)
    controls = {q.id: max(q.options, key=lambda o: o.points).value for q in CHOICES if q.lowers}
    controlled = rate(MATRIX, REAL.categories, asked, {**answers, **controls})
    for before, after in zip(ratings.categories, controlled.categories, strict=True):
        assert before.residual.score <= before.inherent.score
        assert after.residual.score <= before.residual.score


def test_every_number_opens_into_the_answers_behind_it():
    answers = {"effect": "decides", "platform": "approved", "appeal": "tested"}
    ratings = rate(MATRIX, SMALL.categories, list(SMALL.questions()), answers)
    rights = ratings.categories[0]
    assert (rights.inherent.impact, rights.residual.impact) == (5, 3)
    impact = rights.explanation.parts[1]
    assert [node.question for node in impact.parts[0].parts] == ["effect"]
    assert [node.question for node in impact.parts[1].parts] == ["appeal"]
    assert "3 of 3 points" in impact.parts[1].detail
