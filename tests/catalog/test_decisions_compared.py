"""The portal's answers against an implementation written apart from it: thousands of questions, not one different."""

from __future__ import annotations

import json

import pytest
from django.db import connection

from apps.kernel import clock
from bench.decision_world import as_authzen, load, make, questions

from .runtime import ask, bearer
from .slow_decisions import slow_answer

pytestmark = pytest.mark.django_db
GRANTS, QUESTIONS, AT_A_TIME = 1_000, 2_000, 500


def test_it_answers_as_the_independent_implementation_does(client, delivery, claims):
    now = clock.now()
    made = make(7, GRANTS, now, {"department": claims.pk, "person": delivery.pk})
    with connection.cursor() as cursor:
        load(cursor, made)
    asked = questions(made, 11, QUESTIONS)
    headers, different, allowed = bearer(delivery), [], 0
    with clock.travel(now):
        for first in range(0, QUESTIONS, AT_A_TIME):
            some = asked[first : first + AT_A_TIME]
            batch = [as_authzen(made, one, by_name=number % 2 == 0) for number, one in enumerate(some)]
            answer = ask(client, headers, {"evaluations": batch}, "/access/v1/evaluations")
            assert answer.status_code == 200, answer.content
            for one, said in zip(some, answer.json()["evaluations"], strict=True):
                expected, grants = slow_answer(made.world, one, now)
                allowed += expected
                fits = said["decision"] == expected and (not grants or said["context"]["grant"] in grants)
                different += [] if fits else [(one, said, sorted(grants))]
    assert not different, json.dumps(different[:3], default=str, indent=1)
    assert QUESTIONS * 0.1 < allowed < QUESTIONS * 0.9, "a world in which everything is refused shows nothing"
