"""What an OpenLineage event tells beside names and columns: engine, parent, error, statement, source."""

from __future__ import annotations

from typing import Any


def told(body: dict[str, Any]) -> dict[str, str]:
    """Return what the facets of the run and the job tell, as texts; what an event leaves out is left out."""
    run, job = _facets(body, "run"), _facets(body, "job")
    engine, parent = run.get("processing_engine", {}), run.get("parent", {})
    found = {
        "engine": _words(engine, "name", "version"),
        "parent": _words(_object(parent.get("job")), "namespace", "name"),
        "parent_run": _words(_object(parent.get("run")), "runId"),
        "nominal": _words(run.get("nominalTime", {}), "nominalStartTime"),
        "error": _words(run.get("errorMessage", {}), "message"),
        "kind": _words(job.get("jobType", {}), "integration", "processingType", "jobType"),
        "described": _words(job.get("documentation", {}), "description"),
        "source": _words(job.get("sourceCodeLocation", {}), "url", "version"),
        "sql": _words(job.get("sql", {}), "query"),
    }
    return {name: text for name, text in found.items() if text}


def _facets(body: dict[str, Any], side: str) -> dict[str, dict[str, Any]]:
    given = _object(_object(body.get(side)).get("facets"))
    return {name: facet for name, facet in given.items() if isinstance(facet, dict)}


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _words(facet: dict[str, Any], *names: str) -> str:
    return " ".join(facet[name] for name in names if isinstance(facet.get(name), str) and facet[name])[:20_000]
