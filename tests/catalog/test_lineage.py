"""Walking the lineage: distances, bounds, times, and what people may not know of."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection

from apps.catalog import operations
from apps.catalog.models import Dataset, Job, LineageEdge, NodeKind
from apps.catalog.operations import FlowSeen
from apps.catalog.queries import facts, field_flows, impact
from apps.catalog.queries.lineage import DOWN, UP, described, lines_between, walk
from apps.kernel import clock
from apps.kernel.errors import Invalid, Refused
from apps.work.models import Notice

from .lineage_world import Flows

pytestmark = pytest.mark.django_db


@pytest.fixture
def flows(steward, platform, claims):
    """Draw what tools would observe."""
    return Flows(steward, platform, claims)


def reached(found):
    return {step.node: step.distance for step in found.steps}


def test_a_walk_gives_each_node_once_at_its_shortest_distance(flows):
    a, b, c = flows.datasets("a", "b", "c")
    flows.job("first", [a], [b])
    flows.job("second", [b], [c])
    short = flows.job("short cut", [a], [c])
    down = reached(walk(a.pk, NodeKind.DATASET, DOWN))
    assert (down[b.pk], down[c.pk], down[short.pk]) == (2, 2, 1) and len(down) == 5
    assert reached(walk(c.pk, NodeKind.DATASET, UP))[a.pk] == 2


def test_a_walk_ends_in_a_cycle_and_never_comes_back_to_its_start(flows):
    a, b = flows.datasets("a", "b")
    flows.job("there", [a], [b])
    flows.job("back", [b], [a])
    found = walk(a.pk, NodeKind.DATASET, DOWN, depth=24)
    assert a.pk not in reached(found) and len(found.steps) == 3 and not found.deeper and not found.cut


def test_a_walk_says_when_it_left_nodes_out_and_when_lines_go_on(flows):
    start, *others = flows.datasets("start", *(f"copy {n}" for n in range(12)))
    flows.job("fan out", [start], others)
    few = walk(start.pk, NodeKind.DATASET, DOWN, most=5)
    assert len(few.steps) == 5 and few.cut
    near = walk(start.pk, NodeKind.DATASET, DOWN, depth=1)
    assert len(near.steps) == 1 and near.deeper and not near.cut
    whole = walk(start.pk, NodeKind.DATASET, DOWN, most=13)
    assert len(whole.steps) == 13 and not whole.cut and not whole.deeper


def test_a_job_runs_for_a_system_so_its_data_comes_there_and_what_it_writes_comes_from_there(flows, system):
    source, result = flows.datasets("source", "result")
    job = flows.job("score", [source], [result])
    Job.objects.filter(pk=job.pk).update(system=system)
    assert reached(walk(source.pk, NodeKind.DATASET, DOWN))[system.pk] == 2
    assert reached(walk(system.pk, NodeKind.SYSTEM, UP))[source.pk] == 2
    assert reached(walk(system.pk, NodeKind.SYSTEM, DOWN))[result.pk] == 2


def test_ended_lines_are_left_out_unless_asked_and_a_day_in_the_past_knows_only_its_own(flows):
    a, b = flows.datasets("a", "b")
    flows.job("copy", [a], [b])
    drawn = LineageEdge.objects.get(source_id=a.pk)
    LineageEdge.objects.update(first_seen=clock.now() - timedelta(days=9))
    LineageEdge.objects.filter(pk=drawn.pk).update(ended_at=clock.now() - timedelta(days=2))
    assert not walk(a.pk, NodeKind.DATASET, DOWN).steps
    assert len(walk(a.pk, NodeKind.DATASET, DOWN, ended=True).steps) == 2
    assert len(walk(a.pk, NodeKind.DATASET, DOWN, as_of=clock.now() - timedelta(days=5)).steps) == 2
    assert not walk(a.pk, NodeKind.DATASET, DOWN, as_of=clock.now() - timedelta(days=1)).steps
    assert not walk(a.pk, NodeKind.DATASET, DOWN, as_of=clock.now() - timedelta(days=20)).steps


def test_data_that_somebody_may_not_know_of_has_neither_name_nor_key_but_is_counted(flows, employee, system):
    a, secret, c = flows.datasets("a", "secret", "c")
    Dataset.objects.exclude(pk=secret.pk).update(level="internal")
    Dataset.objects.filter(pk=secret.pk).update(level="restricted", categories=["health"])
    flows.job("first", [a], [secret])
    flows.job("second", [secret], [c])
    rows = described(walk(a.pk, NodeKind.DATASET, DOWN).steps, employee, DOWN)
    hidden = [row for row in rows if row.hidden]
    assert [row.step.node for row in hidden] == [secret.pk]
    assert hidden[0].label == "A dataset you may not see" and hidden[0].url == "" and hidden[0].last_seen is None
    assert hidden[0].level == "" and hidden[0].categories == []
    assert str(c) in {row.label for row in rows}


def test_rows_carry_when_their_line_was_seen(flows, steward):
    a, b = flows.datasets("a", "b")
    flows.job("copy", [a], [b])
    for direction, start in ((DOWN, a), (UP, b)):
        rows = described(walk(start.pk, NodeKind.DATASET, direction).steps, steward, direction)
        assert all(row.first_seen and row.standing == "observed" for row in rows) and len(rows) == 2


def test_the_cost_of_describing_does_not_grow_with_the_number_of_nodes(flows, steward, django_assert_num_queries):
    start, *others = flows.datasets("start", *(f"copy {n}" for n in range(8)))
    counted = []
    for number in (3, 8):
        flows.job(f"fan {number}", [start], others[:number])
        before = len(connection.queries_log)
        connection.force_debug_cursor = True
        described(walk(start.pk, NodeKind.DATASET, DOWN).steps, steward, DOWN)
        connection.force_debug_cursor = False
        counted.append(len(connection.queries_log) - before)
    assert counted[0] == counted[1]


def test_lines_between_nodes_hold_those_that_a_job_implies(flows, system):
    a, b = flows.datasets("a", "b")
    job = flows.job("copy", [a], [b])
    Job.objects.filter(pk=job.pk).update(system=system)
    assert set(lines_between([a.pk, job.pk, system.pk])) == {(a.pk, job.pk), (job.pk, system.pk)}


def test_a_steward_declares_a_flow_and_ends_a_line(steward, flows):
    a, b = flows.datasets("a", "b")
    operations.declare_flow(actor=steward.as_actor(), dataset=b, source=a, job="Monthly sheet")
    assert reached(walk(a.pk, NodeKind.DATASET, DOWN))[b.pk] == 2
    line = LineageEdge.objects.get(target_id=b.pk)
    assert line.standing == "declared"
    operations.end_line(actor=steward.as_actor(), dataset=b, line=line.pk, reason="Sheet is gone")
    assert not walk(b.pk, NodeKind.DATASET, UP).steps
    operations.declare_flow(actor=steward.as_actor(), dataset=b, source=a, job="Monthly sheet")
    assert Job.objects.filter(name="Monthly sheet").count() == 1
    assert len(walk(b.pk, NodeKind.DATASET, UP).steps) == 2


def test_it_refuses_lines_by_those_who_do_not_answer_for_the_data(employee, steward, flows):
    a, b, c = flows.datasets("a", "b", "c")
    with pytest.raises(Refused):
        operations.declare_flow(actor=employee.as_actor(), dataset=b, source=a, job="Mine")
    with pytest.raises(Invalid):
        operations.declare_flow(actor=steward.as_actor(), dataset=b, source=b, job="Loop")
    flows.job("copy", [a], [b])
    other = LineageEdge.objects.get(target_id=b.pk)
    with pytest.raises(Invalid):
        operations.end_line(actor=steward.as_actor(), dataset=c, line=other.pk, reason="Not mine")


def test_a_declared_use_is_ended_as_a_use_and_not_as_a_line(steward, flows, system):
    (a,) = flows.datasets("a")
    operations.declare_use(actor=steward.as_actor(), dataset=a, system=system)
    line = LineageEdge.objects.get(source_id=a.pk)
    with pytest.raises(Invalid):
        operations.end_line(actor=steward.as_actor(), dataset=a, line=line.pk, reason="No")


def test_what_breaks_names_systems_and_people_and_keeps_the_hidden_ones_as_a_number(flows, employee, owner, system):
    a, secret = flows.datasets("a", "secret")
    Dataset.objects.filter(pk=a.pk).update(level="internal")
    job = flows.job("score", [a], [secret])
    Job.objects.filter(pk=job.pk).update(system=system)
    seen = impact.impact_of(a, owner)
    assert [record for record, _far in seen.systems] == [system] and owner in {one.person for one in seen.people}
    blind = impact.impact_of(a, employee)
    assert blind.datasets == [] and blind.hidden["dataset"] == 1 and blind.hidden["system"] == 1
    assert blind.people == [] and blind.hidden_people == len(seen.people) + seen.hidden_people


def test_a_notice_goes_once_to_each_and_does_not_name_data_that_somebody_may_not_know_of(flows, steward, owner, system):
    (secret,) = flows.datasets("secret")
    Dataset.objects.filter(pk=secret.pk).update(level="restricted")
    for name in ("one", "two"):
        job = flows.job(name, [secret], [])
        Job.objects.filter(pk=job.pk).update(system=system)
    operations.announce_change(actor=steward.as_actor(), dataset=secret, message="Column dropped on Monday.")
    notice = Notice.objects.get(person=owner, kind="lineage")
    assert secret.key not in notice.text and system.key in notice.text and "Column dropped" in notice.text
    with pytest.raises(Refused):
        operations.announce_change(actor=owner.as_actor(), dataset=secret, message="Not mine.")


def flow(source, source_path, target, target_path, **more):
    return FlowSeen(source, source_path, target, target_path, **more)


def test_a_fields_values_are_followed_and_masking_is_kept_unless_another_way_goes_without(flows, steward, system):
    a, b, c = flows.datasets("a", "b", "c")
    flows.job("load", [a], [b], [flow(a, "email", b, "email_hash", masking=True, subtype="TRANSFORMATION")])
    flows.job("mart", [b], [c], [flow(b, "email_hash", c, "who", subtype="IDENTITY")])
    reader = flows.job("read", [c], [])
    Job.objects.filter(pk=reader.pk).update(system=system)
    start = a.fields.get(path="email")
    found = field_flows.reach_of(start, steward)
    assert [(row.field.path, row.distance, row.masked) for row in found.rows] == [
        ("email_hash", 1, True),
        ("who", 2, True),
    ]
    assert found.systems == [] or found.systems[0][1]
    flows.job("plain", [a], [c], [flow(a, "email", c, "who", subtype="JOINED")])
    found = field_flows.reach_of(start, steward)
    assert {row.field.path: row.masked for row in found.rows} == {"email_hash": True, "who": False}


def test_lines_that_only_filter_carry_no_values_unless_asked(flows, steward):
    a, b = flows.datasets("a", "b")
    flows.job("load", [a], [b], [flow(a, "email", b, "amount", kind="INDIRECT", subtype="FILTER")])
    start = a.fields.get(path="email")
    assert field_flows.reach_of(start, steward).rows == []
    assert len(field_flows.reach_of(start, steward, indirect=True).rows) == 1


def test_a_dataset_whose_columns_nobody_described_is_named_as_unknown(flows, steward):
    a, b = flows.datasets("a", "b")
    flows.job("load", [a], [b])
    a.fields.create(path="email")
    assert field_flows.reach_of(a.fields.get(), steward).unknown == [b]


def test_column_lineage_hides_sources_that_somebody_may_not_know_of(flows, employee, steward):
    secret, b = flows.datasets("secret", "b")
    Dataset.objects.filter(pk=b.pk).update(level="internal")
    flows.job("load", [secret], [b], [flow(secret, "email", b, "who")])
    (hidden,), _more = field_flows.flows_into(b, employee)
    assert hidden.source is None and hidden.target.path == "who"
    (shown,), _more = field_flows.flows_into(b, steward)
    assert shown.source.path == "email"


def test_the_facts_of_a_system_tell_how_we_know_and_what_its_answer_leaves_out(flows, steward, system):
    a, b, c = flows.datasets("a", "b", "c")
    Dataset.objects.filter(pk=a.pk).update(level="restricted", categories=["health"])
    Dataset.objects.filter(pk=b.pk).update(level="confidential", categories=["personal"])
    Dataset.objects.filter(pk=c.pk).update(level="internal")
    flows.job("load", [a], [b])
    job = flows.job("score", [b], [])
    Job.objects.filter(pk=job.pk).update(system=system)
    for data in (b, c):
        data.refresh_from_db()
    operations.declare_use(actor=steward.as_actor(), dataset=c, system=system)
    known = facts.data_facts(system)
    assert {one.dataset.key: one.sources for one in known.datasets} == {
        a.key: {"upstream"}, b.key: {"observed"}, c.key: {"declared"},
    }  # fmt: skip
    assert known.level == "confidential" and known.categories == ("personal",)
    assert known.not_named_in(["internal"]) == ["confidential", "personal"]
    assert known.not_named_in(["confidential", "personal"]) == [] == known.not_named_in(["unknown"])


def test_everything_that_a_walk_reads_of_a_line_stands_in_the_index_of_its_direction(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE tablename = 'catalog_lineageedge'")
        indexes = {row[0].split("btree ")[1] for row in cursor.fetchall()}
    assert "(source_id, target_id) INCLUDE (target_kind, first_seen, ended_at)" in indexes
    assert "(target_id, source_id) INCLUDE (source_kind, first_seen, ended_at)" in indexes
