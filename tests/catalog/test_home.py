"""The page of somebody who looks after data: numbers of what is theirs, each with its list."""

from __future__ import annotations

from datetime import timedelta

import pytest

from apps.catalog import operations
from apps.catalog.models import RetentionPolicy
from apps.catalog.operations.quality import Report
from apps.catalog.queries.home import looked_after_by
from apps.kernel import clock

pytestmark = pytest.mark.django_db


def test_the_steward_sees_what_is_not_as_it_should_be(dataset, steward):
    before = looked_after_by(steward)
    assert (before.datasets, before.broken, before.overdue) == (1, 0, 0)
    broken = Report(check="unique", at=clock.now(), outcome="failed")
    operations.report_results(actor=steward.as_actor(), dataset=dataset, source="api", results=[broken])
    operations.set_policy(actor=steward.as_actor(), dataset=dataset, days=365, source="steward", basis="Law")
    RetentionPolicy.objects.update(due_on=clock.today() - timedelta(days=1))
    after = looked_after_by(steward)
    assert (after.broken, after.overdue, after.without_class) == (1, 1, 1)


def test_every_number_opens_the_list_that_it_counts(client, as_person, dataset, steward, second_steward):
    as_person(client, steward)
    panels = {panel.name: inner for panel, inner in client.get("/").context["panels"]}
    for number in panels["catalog.data"]["numbers"]:
        assert number.url
        shown = client.get(number.url)
        assert shown.status_code == 200
        assert (f"{dataset.key}<" in shown.content.decode()) == bool(number.value), number.label


def test_the_list_of_ones_own_is_nobody_elses(client, as_person, dataset, steward, second_steward):
    as_person(client, second_steward)
    assert looked_after_by(second_steward) is None
    assert f"{dataset.key}<" not in client.get(f"/data/?mine={second_steward.pk}").content.decode()
    assert f"{dataset.key}<" in client.get(f"/data/?mine={steward.pk}").content.decode(), "an unknown choice is ignored"
