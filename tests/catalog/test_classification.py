"""How data is classified: suggested, confirmed by people, carried by lineage, and what a rise opens again."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.catalog import operations
from apps.catalog.models import Dataset, DatasetUse, Field, FieldEdge, GlossaryTerm, LineageEdge
from apps.catalog.operations import Confirmation, FlowSeen
from apps.catalog.queries import classification as queries
from apps.catalog.tasks import carry as carry_task
from apps.catalog.tasks import suggest as suggest_task
from apps.kernel import clock
from apps.kernel.actors import Actor
from apps.kernel.errors import Conflict, Invalid, Refused
from apps.kernel.rules import rule_named

pytestmark = pytest.mark.django_db
BEAT = Actor.system("beat")


@pytest.fixture
def confirm(steward):
    """Confirm one field, by whom and why."""

    def say(dataset, path, level, *categories, reason="", by=None, seen=""):
        person = by or steward
        one = Confirmation(path, level, categories, seen)
        operations.confirm_fields(actor=person.as_actor(), dataset=dataset, confirmations=[one], reason=reason)
        dataset.refresh_from_db()
        return field(dataset, path)

    return say


@pytest.fixture
def copy(steward, platform, claims, dataset):
    """Make a dataset into whose fields those of another one flow; `lines`: source, target and how."""

    def make(name, *lines, source=None, job="copy_claims"):
        made = operations.register_dataset(
            actor=steward.as_actor(), platform=platform, name=name, department=claims, owner=steward, steward=steward,
            fields=[{"path": target, "data_type": "text"} for _s, target, *_how in lines],
        )  # fmt: skip
        draw(source or dataset, made, lines, job)
        return made

    return make


def draw(source, target, lines, job="copy_claims"):
    from apps.catalog.models import Job

    now = clock.now()
    found = Job.objects.get_or_create(namespace="airflow", name=job)[0]
    for start, end, *how in lines:
        given = {"kind": "DIRECT", "subtype": "IDENTITY", "masking": False} | (how[0] if how else {})
        FieldEdge.objects.create(
            source=field(source, start), target=field(target, end), job=found, first_seen=now, last_seen=now, **given
        )


def field(dataset, path):
    return Field.objects.get(dataset=dataset, path=path)


def carried(dataset, path):
    found = field(dataset, path)
    return found.carried_level, sorted(found.carried_categories)


def counts(dataset, path):
    found = field(dataset, path)
    return found.level, sorted(found.categories)


def failing(rule):
    return [row.key for row in rule_named(rule).failing()]


def test_fields_are_suggested_from_their_names_with_the_reason(dataset):
    suggest_task(dataset=str(dataset.pk))
    email = field(dataset, "customer_email")
    assert (email.suggested_level, email.suggested_categories) == ("confidential", ["personal"])
    assert "“email”" in email.suggested_reason
    assert email.suggested_rules == ["name.email"]
    assert email.suggested_confidence > 80
    assert counts(dataset, "diagnosis_code") == ("restricted", ["health", "personal", "special_category"])
    dataset.refresh_from_db()
    assert dataset.level == "restricted"
    assert dataset.categories == ["financial", "health", "personal", "special_category"]


def test_the_same_suggestion_again_changes_nothing(dataset):
    assert operations.suggest_fields(actor=BEAT, dataset=dataset) > 0
    before = list(Field.objects.filter(dataset=dataset).values_list("pk", "suggested_at"))
    assert operations.suggest_fields(actor=BEAT, dataset=dataset) == 0
    assert list(Field.objects.filter(dataset=dataset).values_list("pk", "suggested_at")) == before


def test_a_term_of_the_glossary_is_suggested_where_it_is_tied_and_where_a_field_is_called_so(dataset, steward):
    term = operations.define_term(
        actor=steward.as_actor(), name="Case worth", definition="What it is worth.", level="restricted",
        categories=["financial"], synonyms=["amount"],
    )  # fmt: skip
    operations.suggest_fields(actor=BEAT, dataset=dataset)
    assert field(dataset, "amount").suggested_level == "restricted"
    assert "Case worth" in field(dataset, "amount").suggested_reason
    operations.edit_field(actor=steward.as_actor(), dataset=dataset, path="claim_id", changes={}, terms=[term])
    operations.suggest_fields(actor=BEAT, dataset=dataset)
    assert field(dataset, "claim_id").suggested_rules[0] == "term.linked"


def test_what_a_steward_confirms_counts_whatever_is_suggested(dataset, confirm):
    operations.suggest_fields(actor=BEAT, dataset=dataset)
    with pytest.raises(Invalid, match="Say why"):
        confirm(dataset, "customer_email", "internal")
    found = confirm(dataset, "customer_email", "internal", reason="A test mailbox of ours, no customer's.")
    assert (found.level, found.categories) == ("internal", [])
    operations.suggest_fields(actor=BEAT, dataset=dataset)
    assert counts(dataset, "customer_email") == ("internal", [])
    assert found.confirmed_reason.startswith("A test mailbox")


def test_health_data_is_personal_and_of_a_special_category_without_saying_so(dataset, confirm):
    confirm(dataset, "diagnosis_code", "restricted", "health")
    assert counts(dataset, "diagnosis_code") == ("restricted", ["health", "personal", "special_category"])


def test_only_who_answers_for_the_data_or_whose_role_it_is_confirms(dataset, confirm, employee, second_steward, owner):
    for person in (employee, owner):
        with pytest.raises(Refused):
            confirm(dataset, "claim_id", "internal", by=person)
    confirm(dataset, "claim_id", "internal", by=second_steward)
    with pytest.raises(Refused, match="A person"):
        operations.confirm_fields(actor=BEAT, dataset=dataset, confirmations=[Confirmation("claim_id", "public")])


def test_two_stewards_at_once_conflict_only_over_the_same_field(dataset, confirm, second_steward):
    seen = queries.class_token(field(dataset, "customer_email"))
    confirm(dataset, "customer_id", "confidential", "personal")
    confirm(dataset, "customer_email", "confidential", "personal", seen=seen)
    with pytest.raises(Conflict, match="customer_email"):
        confirm(dataset, "customer_email", "restricted", by=second_steward, seen=seen)
    assert counts(dataset, "customer_email") == ("confidential", ["personal"])


def test_a_dataset_is_as_high_as_its_highest_present_field_and_what_was_declared(
    dataset, confirm, steward, second_steward
):
    confirm(dataset, "claim_id", "public")
    assert dataset.level == "confidential"  # the others are not known yet: they may be anything
    confirm(dataset, "diagnosis_code", "restricted", "health")
    confirm(dataset, "amount", "confidential", "financial")
    assert dataset.level == "restricted"
    Field.objects.filter(dataset=dataset, path="diagnosis_code").update(absent_since=clock.now())
    operations.declare_class(actor=steward.as_actor(), dataset=dataset, level="internal", reason="The whole table.")
    dataset.refresh_from_db()
    assert dataset.level == "restricted"  # out of restricted it takes two
    operations.agree_to_fall(actor=second_steward.as_actor(), dataset=dataset, reason="The diagnosis is gone.")
    dataset.refresh_from_db()
    assert (dataset.level, dataset.categories) == ("confidential", ["financial"])


def test_lineage_carries_a_class_over_several_lines_and_says_from_where(dataset, copy, confirm):
    stage = copy("stage.claim", ("customer_email", "col_a"))
    mart = copy("mart.claim", ("col_a", "col_b"), source=stage)
    confirm(dataset, "customer_email", "confidential", "personal")
    carry_task(dataset=str(dataset.pk))
    assert carried(mart, "col_b") == ("confidential", ["personal"])
    reason = field(mart, "col_b").carried_reason
    assert reason == f"From {dataset.key} customer_email by way of {stage.key} col_a."
    mart.refresh_from_db()
    assert (mart.level, mart.categories) == ("confidential", ["personal"])


@pytest.mark.parametrize("how", [{"masking": True}, {"subtype": "AGGREGATION"}])
def test_masking_and_summing_up_lower_by_one_level_and_say_so(dataset, copy, confirm, how):
    stage = copy("stage.claim", ("diagnosis_code", "col_a", how), job="mask_claims")
    confirm(dataset, "diagnosis_code", "restricted", "health")
    operations.carry_fields(actor=BEAT, dataset=dataset)
    assert carried(stage, "col_a") == ("confidential", ["personal"])
    assert "in job mask_claims: one level lower" in field(stage, "col_a").carried_reason


def test_what_only_filters_or_joins_carries_nothing(dataset, copy, confirm):
    stage = copy("stage.claim", ("diagnosis_code", "col_a", {"kind": "INDIRECT", "subtype": "FILTER"}))
    confirm(dataset, "diagnosis_code", "restricted", "health")
    operations.carry_fields(actor=BEAT, dataset=dataset)
    assert carried(stage, "col_a") == ("", [])
    assert queries.shaping(stage) == 1


def test_a_circle_carries_nothing_once_its_source_is_gone(dataset, copy, confirm):
    stage = copy("stage.claim", ("customer_email", "col_a"))
    loop = copy("loop.claim", ("col_a", "col_c"), source=stage)
    draw(loop, stage, [("col_c", "col_a")])
    confirm(dataset, "customer_email", "confidential", "personal")
    operations.carry_fields(actor=BEAT, dataset=dataset)
    assert carried(loop, "col_c") == ("confidential", ["personal"])
    confirm(dataset, "customer_email", "internal", reason="It holds the department's mailbox.")
    operations.carry_fields(actor=BEAT, dataset=dataset)
    assert carried(loop, "col_c") == ("internal", [])
    assert carried(stage, "col_a") == ("internal", [])


def test_a_lowering_that_a_person_gave_a_reason_for_stands_until_upstream_rises_again(dataset, copy, confirm):
    stage = copy("stage.claim", ("customer_email", "col_a"))
    confirm(dataset, "customer_email", "confidential", "personal")
    operations.carry_fields(actor=BEAT, dataset=dataset)
    confirm(stage, "col_a", "internal", reason="Only the domain is kept.")
    operations.carry_fields(actor=BEAT, dataset=dataset)
    assert counts(stage, "col_a") == ("internal", [])
    assert failing("CLS-002") == []
    with clock.travel(clock.now() + timedelta(hours=1)):
        confirm(dataset, "customer_email", "restricted", "personal")
        operations.carry_fields(actor=BEAT, dataset=dataset)
        assert counts(stage, "col_a") == ("restricted", ["personal"])
        assert failing("CLS-002") == [stage.key]
        assert field(stage, "col_a") in queries.waiting_fields()
        confirm(stage, "col_a", "internal", reason="Still only the domain.")
    assert counts(stage, "col_a") == ("internal", [])
    assert failing("CLS-002") == []


def test_a_thousand_fields_take_no_statement_for_each(dataset, copy, confirm, platform):
    wide = [copy(f"wide.t{n}", ("customer_email", "x")) for n in range(2)]
    layers = [Dataset.objects.create(key=f"DST-9{n}", platform=platform, namespace="n", name=f"layer{n}", title="t")
              for n in range(10)]  # fmt: skip
    made = [Field.objects.bulk_create(Field(dataset=one, path=f"f{n}") for n in range(100)) for one in layers]
    now, start = clock.now(), field(wide[0], "x")
    edges = [(start, one) for one in made[0]]
    for above, below in itertools.pairwise(made):
        edges += list(zip(above, below, strict=True)) + list(zip(above, below[1:] + below[:1], strict=True))
    FieldEdge.objects.bulk_create(
        FieldEdge(source=a, target=b, kind="DIRECT", first_seen=now, last_seen=now) for a, b in edges
    )
    confirm(dataset, "customer_email", "confidential", "personal")
    with CaptureQueriesContext(connection) as statements:
        operations.carry_fields(actor=BEAT, dataset=dataset)
    assert Field.objects.filter(dataset__in=layers, level="confidential").count() == 1000
    # As many statements for each dataset that is reached, none for each field.
    assert len(statements) < 40 + 8 * Dataset.objects.count()


@pytest.fixture
def grant(dataset, steward, privacy, entry_in_force, system):
    """A grant of the claims to a system, decided when they were confidential."""
    Dataset.objects.filter(pk=dataset.pk).update(declared_level="confidential", level="confidential")
    dataset.refresh_from_db()
    request = operations.request_access(
        actor=system.owner.as_actor(), dataset=dataset, subject=system, actions=["read"], purpose="claims-handling",
        purpose_details="Sort incoming claims.", days=30, activity=entry_in_force,
    )  # fmt: skip
    operations.decide_request(actor=steward.as_actor(), request=request, outcome="approve", reason="Fits.")
    return request.grants.get()


def test_a_rise_holds_back_what_was_granted_for_less_and_tells_everybody(dataset, grant, confirm, steward, system):
    from apps.kernel.owed import owed_by
    from apps.work.models import Notice

    assert grant.state == "valid"
    assert failing("CLS-003") == []
    confirm(dataset, "diagnosis_code", "restricted", "health")
    grant.refresh_from_db()
    assert grant.state == "held_back"
    assert "higher" in grant.held_back_reason
    assert any(grant.key in item.title for item in owed_by(steward))
    assert Notice.objects.filter(person=system.owner, text__contains=grant.key).exists()
    assert failing("CLS-003") == [system.key]
    finding = rule_named("CLS-003").failing().get()
    assert (finding.finding_owner, finding.explanation) == (system.owner_id, f"It works with {dataset.key}")


def test_nothing_is_said_of_grants_where_there_are_none(dataset, confirm):
    from apps.audit.models import Entry

    confirm(dataset, "diagnosis_code", "restricted", "health")
    assert not Entry.objects.filter(event="catalog.grant.held_back").exists()


def test_a_change_that_raises_nothing_holds_nothing_back(dataset, grant, confirm):
    confirm(dataset, "amount", "confidential", "financial")
    confirm(dataset, "claim_id", "internal")
    grant.refresh_from_db()
    assert grant.state == "valid"


def test_a_suggestion_that_rises_holds_back_too(dataset, grant):
    operations.suggest_fields(actor=BEAT, dataset=dataset)
    grant.refresh_from_db()
    assert grant.state == "held_back"


def test_data_in_use_that_nobody_classified_is_a_finding(dataset, system, confirm, steward):
    assert failing("CLS-001") == []
    DatasetUse.objects.create(dataset=dataset, system=system)
    assert failing("CLS-001") == [dataset.key]
    confirm(dataset, "claim_id", "internal")
    assert failing("CLS-001") == []


def test_a_use_case_that_does_not_name_special_categories_is_a_finding(dataset, system, confirm, owner, claims):
    from apps.inventory import operations as inventory

    case = inventory.register_use_case(
        actor=owner.as_actor(), name="Sort claims", purpose="Sort claims", department=claims, owner=owner
    )
    DatasetUse.objects.create(dataset=dataset, system=system, use_case=case)
    assert failing("CLS-006") == []
    confirm(dataset, "diagnosis_code", "restricted", "health")
    assert failing("CLS-006") == [case.key]


def test_suggestions_older_than_a_month_are_a_finding(dataset):
    operations.suggest_fields(actor=BEAT, dataset=dataset)
    assert failing("CLS-004") == []
    with clock.travel(clock.now() + timedelta(days=31)):
        assert failing("CLS-004") == [dataset.key]


def test_personal_data_upstream_without_column_lines_is_noted_and_not_carried(dataset, copy, confirm, platform):
    from apps.catalog.models import Job

    other = Dataset.objects.create(key="DST-7777", platform=platform, namespace="n", name="dump", title="Dump")
    job, now = Job.objects.create(namespace="airflow", name="dump"), clock.now()
    for source, kind, target, target_kind in (
        (dataset.pk, "dataset", job.pk, "job"), (job.pk, "job", other.pk, "dataset"),
    ):  # fmt: skip
        LineageEdge.objects.create(
            source_id=source, source_kind=kind, target_id=target, target_kind=target_kind, first_seen=now, last_seen=now
        )
    assert failing("CLS-005") == []
    confirm(dataset, "customer_email", "confidential", "personal")
    assert failing("CLS-005") == [other.key]
    assert list(queries.upstream_above(other)) == [dataset]
    other.refresh_from_db()
    assert other.level == ""


def test_the_queue_sorts_by_risk_and_shows_only_what_one_may_confirm(dataset, copy, steward, employee):
    plain = copy("stage.plain", ("amount", "created_at"))
    for one in (dataset, plain):
        operations.suggest_fields(actor=BEAT, dataset=one)
    assert [row.key for row in queries.queue(steward).order_by("-risk")] == [dataset.key, plain.key]
    assert queries.queue(steward).order_by("-risk").first().holds_special
    assert list(queries.queue(employee)) == []


def test_what_an_intake_draws_is_carried_by_the_task(dataset, confirm, copy):
    confirm(dataset, "customer_email", "confidential", "personal")
    stage = copy("stage.claim", ("claim_id", "col_a"))
    job = FieldEdge.objects.get().job
    flow = FlowSeen(dataset, "customer_email", stage, "col_a", subtype="TRANSFORMATION")
    with pytest.raises(Refused):
        operations.observe_field_flows(actor=BEAT, job=job, flows=[flow], at=clock.now())
    FieldEdge.objects.create(source=field(dataset, "customer_email"), target=field(stage, "col_a"), kind="DIRECT",
                             first_seen=clock.now(), last_seen=clock.now())  # fmt: skip
    carry_task(dataset=str(stage.pk))
    carry_task(dataset=str(stage.pk), more="ignored")
    assert counts(stage, "col_a") == ("confidential", ["personal"])
    assert GlossaryTerm.objects.count() == 0


def test_a_confirmed_field_waits_again_since_lineage_carried_more_to_it(
    dataset, copy, confirm, steward, platform, claims
):
    below = copy("late.copy", ("customer_email", "contact"))
    with clock.travel(clock.now() - timedelta(days=90)):
        confirm(below, "contact", "internal", reason="Thought to be a code.")
    confirm(dataset, "customer_email", "confidential", "personal")
    operations.carry_fields(actor=BEAT, dataset=dataset)
    waiting = queries.queue(steward).get(pk=below.pk)
    assert waiting.oldest > clock.now() - timedelta(days=1)


def test_no_tag_of_a_tool_opens_data_or_lowers_what_was_suggested(dataset, steward):
    Field.objects.filter(dataset=dataset).update(tags=["phi"])
    operations.suggest_fields(actor=BEAT, dataset=dataset)
    dataset.refresh_from_db()
    assert dataset.level == "restricted"
    Field.objects.filter(dataset=dataset).update(tags=["classification=public"])
    operations.suggest_fields(actor=BEAT, dataset=dataset)
    dataset.refresh_from_db()
    assert dataset.level == "restricted"
    fresh = operations.register_dataset(
        actor=steward.as_actor(), platform=dataset.platform, name="open.things", department=dataset.department,
        owner=steward, steward=steward, fields=[{"path": "x", "data_type": "text"}],
    )  # fmt: skip
    Field.objects.filter(dataset=fresh).update(tags=["classification=public"])
    operations.suggest_fields(actor=BEAT, dataset=fresh)
    fresh.refresh_from_db()
    assert fresh.level == "internal"
