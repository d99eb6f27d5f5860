"""Samples of AI bills of materials: of the release and the version of each relation."""

from __future__ import annotations

from typing import Any

from tests.access.routes import Route
from tests.access.samples import sample
from tests.access.world import World

from .aimodels import version
from .deployments import release


@sample(r"(integrations|api):release_bill key")
def _release(world: World, relation: str, route: Route) -> dict[str, Any]:
    return {"key": release(world, relation, 1).key}


@sample(r"integrations:version_bill key")
def _version(world: World, relation: str, route: Route) -> dict[str, Any]:
    return {"key": version(world, relation).key}
