"""The decision about calls and a plain second implementation agree on a world made by chance."""

from __future__ import annotations

from datetime import UTC, datetime

from apps.registry.rules_pure import calling
from bench import call_world
from tests.registry.slow_calls import slow_answer

KNOWN = {"department": "d", "person": "p", "second": "s"}


def facts(made, asked):
    world = made.world
    subject = world.subjects.get((asked["kind"], asked["subject"]))
    model = world.models.get(asked["model"])
    if subject is None or model is None:
        return calling.Facts(None if subject is None else calling.SubjectFacts("", ""), None)
    versions = {pk: ("", "" if stands else "It is retired.") for pk, stands in model["versions"].items()}
    who = calling.SubjectFacts(
        asked["kind"], asked["subject"], "x", "" if subject["fine"] else "gone", _authorised(world, asked, subject)
    )
    grants = [one for one in world.grants if (one["subject"], one["model"]) == (asked["subject"], asked["model"])]
    return calling.Facts(
        who, calling.ModelFacts(asked["model"], "MDL", "m", "", versions, model["aliases"]),
        tuple(_grant(world, one) for one in grants),
    )  # fmt: skip


def _authorised(world, asked, subject):
    """Return where a system runs, or where the use cases of a service do, as the facts say it."""
    if asked["kind"] != "service":
        return frozenset(subject["authorised"])
    runs = {
        pk: one["authorised"] if one["fine"] else () for (kind, pk), one in world.subjects.items() if kind == "system"
    }
    cases = {one["use_case"] for one in world.grants if one["subject"] == asked["subject"]}
    return frozenset(f"{case} {name}" for case in cases for pk in world.use_cases[case]["systems"] for name in runs[pk])


def _grant(world, one):
    case = world.use_cases[one["use_case"]]
    gone = case["ended"] or (one["kind"] == "system" and one["subject"] not in case["systems"])
    same = {name: one[name] for name in ("key", "alias", "version", "environment", "region", "max_tokens", "max_temperature",
                                         "any_tool", "data_level", "purpose", "use_case")}  # fmt: skip
    sets = {name: frozenset(one[name]) for name in ("tools", "modalities", "data_categories")}
    return calling.GrantFacts(
        id=one["key"], rate_limit=None, rate_window=60, budget=None, budget_period="month", currency="EUR", fail_mode="closed",
        tier_granted=one["tier"], tier_now=case["tier"], valid_from=one["from"], valid_until=one["until"], held_back=one["held"],
        revoked=one["revoked"], stopped="gone" if gone else "", **same, **sets,
    )  # fmt: skip


def question(asked):
    names = (
        "version",
        "alias",
        "environment",
        "region",
        "purpose",
        "use_case",
        "max_tokens",
        "temperature",
        "data_level",
    )
    sets = {name: frozenset(asked[name]) for name in ("tools", "modalities", "data_categories")}
    return calling.Question(**{name: asked[name] for name in names}, **sets)


def test_both_answer_the_same():
    now = datetime.now(UTC)
    made = call_world.make(7, 1_500, now, KNOWN)
    allowed = 0
    for asked in call_world.questions(made, 11, 1_500):
        verdict = calling.decide(facts(made, asked), question(asked), now, lambda *_: calling.Counted())
        expected, grants = slow_answer(made.world, asked, now)
        assert verdict.allowed is expected, (asked, verdict)
        assert not expected or verdict.grant.key in grants
        allowed += expected
    assert 300 < allowed < 1_400
