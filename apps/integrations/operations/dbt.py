"""dbt artifacts taken over: datasets, columns, lineage, tests and what they found."""

from __future__ import annotations

from collections import Counter

from apps.audit.operation import operation
from apps.catalog import operations as catalog
from apps.catalog.models import Dataset, Field, Job, LineageEdge, Platform, QualityCheck, QualityResult
from apps.integrations.events import Event
from apps.integrations.rules_pure.dbt import Node, Project, read
from apps.integrations.rules_pure.reading import Unreadable, unpacked
from apps.kernel.actors import Actor
from apps.kernel.errors import Invalid
from apps.kernel.permissions import Permission

COUNTED = (Dataset, Field, Job, LineageEdge, QualityCheck, QualityResult)


@operation(Event.PROJECT_IMPORTED, needs=Permission.INTEGRATIONS_INTAKE_SEND)
def import_dbt(*, actor: Actor, platform: Platform, files: dict[str, bytes]) -> dict[str, int]:
    """Take over one project's artifacts into a platform; the same again changes nothing. Returns what was read and made."""
    try:
        project = read(unpacked(files))
    except Unreadable as problem:
        raise Invalid({"files": [str(problem)]}) from None
    before = {model.__name__: model.objects.count() for model in COUNTED}
    known = {node.uid: _dataset(actor, platform, project, node) for node in project.datasets()}
    for node in [*project.nodes.values(), *project.exposures]:
        _lines(actor, project, node, known)
    checks = _checks(actor, project, known)
    read_counts = _results(actor, project, known, checks)
    made = {f"made_{model.__name__}": model.objects.count() - before[model.__name__] for model in COUNTED}
    return {
        "datasets": len(known),
        "columns": sum(len(node.columns) for node in project.datasets()),
        "tests": len(project.tests),
        "results": len(project.results),
        **read_counts,
        **made,
    }


def _dataset(actor: Actor, platform: Platform, project: Project, node: Node) -> Dataset:
    dataset: Dataset = catalog.observe_dataset(actor=actor, namespace=platform.namespace, name=node.relation)
    fields = [catalog.FieldSeen(one.name, one.data_type, one.description, tags=one.tags) for one in node.columns]
    if fields:
        # A manifest names the columns that somebody wrote about, not all that there are.
        catalog.observe_schema(
            actor=actor, dataset=dataset, fields=fields, as_of=project.generated_at, complete=False, overwrite=False
        )
    named = {*node.tags, *([f"owner={node.owner}"] if node.owner else [])}
    if node.description or named - set(dataset.tags):
        catalog.observe_facts(
            actor=actor, dataset=dataset, at=project.generated_at, description=node.description, tags=named
        )
    return dataset


def _lines(actor: Actor, project: Project, node: Node, known: dict[str, Dataset]) -> None:
    """Draw what a model reads and writes; seeds and sources are written by nobody here."""
    inputs = [known[uid] for uid in project.feeding(node)]
    if node.ephemeral or node.kind in ("seed", "source") or not inputs:
        return
    job = catalog.observe_job(
        actor=actor, namespace=f"dbt://{project.name}", name=node.uid, kind=node.kind.upper(), integration="DBT"
    )
    outputs = [known[node.uid]] if node.uid in known else []
    catalog.observe_flow(actor=actor, job=job, inputs=inputs, outputs=outputs, at=project.generated_at)


def _checks(actor: Actor, project: Project, known: dict[str, Dataset]) -> dict[str, QualityCheck]:
    return {
        test.uid: catalog.define_check(
            actor=actor,
            dataset=known[test.node],
            source="dbt",
            external_id=test.uid,
            name=test.name,
            kind=test.kind,
            field=test.column,
            expectation={"severity": test.severity} if test.severity else {},
        )
        for test in project.tests.values()
        if test.node in known
    }


def _results(
    actor: Actor, project: Project, known: dict[str, Dataset], checks: dict[str, QualityCheck]
) -> dict[str, int]:
    """Keep the results of tests, and the loads of models that ran; results of other things are counted as such."""
    counted: Counter[str] = Counter()
    for result in project.results:
        if result.uid in checks:
            catalog.report_result(
                actor=actor,
                check=checks[result.uid],
                at=result.at,
                outcome=result.outcome,
                observed=result.observed,
                run_reference=result.run,
            )
            counted["results_of_tests"] += 1
        elif result.uid in known:
            if result.outcome == "passed":
                catalog.observe_facts(actor=actor, dataset=known[result.uid], at=result.at, loaded=True)
            counted["results_of_models"] += 1
        else:
            counted["results_of_others"] += 1
    return {name: counted[name] for name in ("results_of_tests", "results_of_models", "results_of_others")}
