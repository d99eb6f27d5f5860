"""Lineage, for programs: the walk, column lineage, where a field's values end up, and what breaks."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.http import Http404
from ninja import Query, Schema

from apps.catalog import operations
from apps.catalog.models import Field, NodeKind
from apps.catalog.queries import field_flows, impact
from apps.catalog.queries.lineage import DEEPEST, DOWN, UP, USUAL_DEPTH, Row, described, walk
from apps.kernel.permissions import Permission
from apps.web.api import request_key

from .datasets import find_dataset
from .routing import router


class NodeOut(Schema):
    """A node of the lineage; one that the caller may not know of has neither id nor name."""

    id: UUID | None
    kind: str
    direction: str
    distance: int
    label: str
    hidden: bool
    level: str
    categories: list[str]
    standing: str
    first_seen: datetime | None
    last_seen: datetime | None
    ended_at: datetime | None


class WalkOut(Schema):
    """What lies around a dataset; `cut` says that nodes were left out, `deeper` that lines go on."""

    nodes: list[NodeOut]
    cut: bool
    deeper: bool
    hidden: int


class FlowOut(Schema):
    """A line into a field; the source is empty where the caller may not know of it."""

    field: str
    source_dataset: str
    source_field: str
    kind: str
    subtype: str
    masking: bool
    last_seen: datetime


class ReachedOut(Schema):
    """A field that values get to."""

    dataset: str
    field: str
    distance: int
    masked: bool
    masked_here: bool
    categories: list[str]


class ReachOut(Schema):
    """Everywhere that a field's values end up."""

    fields: list[ReachedOut]
    hidden_fields: int
    systems: list[str]
    systems_masked: list[str]
    hidden_systems: int
    not_described: list[str]
    hidden_not_described: int
    cut: bool


class ImpactOut(Schema):
    """What stands downstream; keys, and how many of each kind the caller may not know of."""

    datasets: list[str]
    jobs: list[str]
    systems: list[str]
    use_cases: list[str]
    hidden: dict[str, int]
    people: list[str]
    hidden_people: int
    cut: bool


class AnnounceIn(Schema):
    """What those downstream are told."""

    message: str


def _node(row: Row, direction: str) -> dict[str, Any]:
    return {
        "id": None if row.hidden else row.step.node,
        "kind": row.step.kind,
        "direction": direction,
        "distance": row.step.distance,
        "label": row.label,
        "hidden": row.hidden,
        "level": row.level,
        "categories": row.categories,
        "standing": row.standing,
        "first_seen": row.first_seen,
        "last_seen": row.last_seen,
        "ended_at": row.ended_at,
    }


@router.get(
    "/datasets/{key}/lineage",
    permission=Permission.CATALOG_DATASET_BROWSE,
    response=WalkOut,
    summary="What lies upstream and downstream of a dataset, at most a thousand nodes each way",
)
def dataset_lineage(
    request: Any,
    key: str,
    direction: Literal["up", "down", "both"] = "both",
    depth: int = Query(USUAL_DEPTH, ge=1, le=DEEPEST),
    kind: Literal["", "dataset", "job", "system", "model"] = "",
    as_of: datetime | None = None,
    ended: bool = False,
) -> Any:
    dataset = find_dataset(request, key)
    nodes, cut, deeper = [], False, False
    for way in (UP, DOWN) if direction == "both" else (direction,):
        found = walk(dataset.pk, NodeKind.DATASET, way, depth=depth, as_of=as_of, ended=ended)
        steps = [step for step in found.steps if kind in ("", step.kind)]
        nodes += [_node(row, way) for row in described(steps, request.user, way)]
        cut, deeper = cut or found.cut, deeper or found.deeper
    return {"nodes": nodes, "cut": cut, "deeper": deeper, "hidden": sum(1 for node in nodes if node["hidden"])}


@router.get(
    "/datasets/{key}/lineage/fields",
    permission=Permission.CATALOG_DATASET_BROWSE,
    response=list[FlowOut],
    summary="From where each field of a dataset comes, and how",
)
def dataset_columns(request: Any, key: str) -> Any:
    flows, _more = field_flows.flows_into(find_dataset(request, key), request.user, most=1000)
    return [
        {
            "field": flow.target.path,
            "source_dataset": flow.source.dataset.key if flow.source else "",
            "source_field": flow.source.path if flow.source else "",
            "kind": flow.edge.kind,
            "subtype": flow.edge.subtype,
            "masking": flow.edge.masking,
            "last_seen": flow.edge.last_seen,
        }
        for flow in flows
    ]


@router.get(
    "/datasets/{key}/lineage/reach",
    permission=Permission.CATALOG_DATASET_BROWSE,
    response=ReachOut,
    summary="Where a field's values end up, and where they were masked",
)
def dataset_field_reach(request: Any, key: str, field: str = Query("", max_length=500), indirect: bool = False) -> Any:
    dataset = find_dataset(request, key)
    start = Field.objects.filter(dataset=dataset, path=field.replace("\x00", "")).first()
    if start is None:
        raise Http404
    found = field_flows.reach_of(start, request.user, indirect=indirect)
    return {
        "fields": [
            {
                "dataset": row.field.dataset.key,
                "field": row.field.path,
                "distance": row.distance,
                "masked": row.masked,
                "masked_here": row.edge.masking,
                "categories": row.field.categories,
            }
            for row in found.rows
            if row.field is not None
        ],
        "hidden_fields": found.hidden,
        "systems": [system.key for system, masked in found.systems if not masked],
        "systems_masked": [system.key for system, masked in found.systems if masked],
        "hidden_systems": found.hidden_systems,
        "not_described": [one.key for one in found.unknown],
        "hidden_not_described": found.hidden_unknown,
        "cut": found.cut,
    }


@router.get(
    "/datasets/{key}/impact",
    permission=Permission.CATALOG_DATASET_BROWSE,
    response=ImpactOut,
    summary="What breaks if a dataset changes, and who answers for it",
)
def dataset_impact(request: Any, key: str) -> Any:
    found = impact.impact_of(find_dataset(request, key), request.user)
    return {
        "datasets": [one.key for one, _far in found.datasets],
        "jobs": [one.name for one, _far in found.jobs],
        "systems": [one.key for one, _far in found.systems],
        "use_cases": [one.key for one in found.use_cases],
        "hidden": {str(kind): number for kind, number in found.hidden.items()},
        "people": [one.person.email for one in found.people],
        "hidden_people": found.hidden_people,
        "cut": found.walk.cut,
    }


@router.post(
    "/datasets/{key}/impact/announce",
    permission=Permission.CATALOG_DATASET_BROWSE,
    response={204: None},
    summary="Tell everybody who answers for something downstream what changes",
)
def dataset_announce(request: Any, key: str, data: AnnounceIn) -> Any:
    operations.announce_change(
        actor=request.actor,
        dataset=find_dataset(request, key),
        message=data.message,
        request_key=request_key(request),
    )
    return 204, None
