"""What the jobs of the fictional insurer tell of themselves, as OpenLineage events: from the warehouse to scores."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from apps.catalog.models import LineageEvent
from apps.integrations.operations import receive_event
from apps.inventory.models import AISystem
from apps.kernel import clock

from .organisation import person

WAREHOUSE, LAKE, MARTS = "postgres://warehouse.aurelia.example:5432", "s3://aurelia-lake", "snowflake://aurelia-eu"
JOBS = "airflow://aurelia"
PRODUCER = "https://airflow.aurelia.example/openlineage"
SPECIFICATION = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/"
FEATURES = (LAKE, "features/claims-fraud")
CLAIM, PAYMENT, REFERRAL = (
    (WAREHOUSE, f"aurelia.claims.{name}") for name in ("claim", "claim_payment", "fraud_referral")
)
FEATURE_FIELDS = (
    ("claim_id", "long"), ("customer_hash", "string"), ("cause", "string"), ("claims_in_three_years", "int"),
    ("paid_total", "decimal"), ("words_in_description", "int"),
)  # fmt: skip


def report_lineage() -> None:
    """Send what the jobs told, once."""
    if LineageEvent.objects.filter(job_namespace=JOBS).exists():
        return
    keys = dict(AISystem.objects.values_list("name", "key"))
    actor = person("Stefan Maurer").as_actor()
    for event in events(clock.now(), keys):
        receive_event(actor=actor, event=event)


def events(now: datetime, keys: dict[str, str]) -> Iterator[dict[str, Any]]:
    """Yield some fifteen events; jobs that score name their AI system by its key."""
    night, earlier = now - timedelta(days=1), now - timedelta(days=5)
    yield from _features(night)
    yield from _run(
        "score_fraud_referral", night + timedelta(hours=1), [_dataset(*FEATURES)],
        [_dataset(*REFERRAL, rows=1840, columns={
            "claim_id": [(*FEATURES, "claim_id", "IDENTITY", False)],
            "fraud_score": [(*FEATURES, one, "TRANSFORMATION", False) for one in ("claims_in_three_years", "paid_total")],
        })], system=keys.get("Claims fraud referral", ""),
    )  # fmt: skip
    yield from _run(
        "claims_figures", earlier, [_dataset(*CLAIM), _dataset(WAREHOUSE, "aurelia.finance.reserve")],
        [_dataset(MARTS, "MARTS.CLAIMS_KPI", rows=52_000, columns={
            "cause": [(*CLAIM, "cause", "IDENTITY", False)],
            "reserve_amount": [(WAREHOUSE, "aurelia.finance.reserve", "reserve_amount", "AGGREGATION", False)],
        })],
    )  # fmt: skip
    yield from _run(
        "score_driving", earlier + timedelta(hours=2), [_dataset(LAKE, "telematics/trips")],
        [_dataset(LAKE, "telematics/driving-scores", rows=210_000, columns={
            "driving_score": [(LAKE, "telematics/trips", one, "AGGREGATION", False) for one in ("speed_kmh", "harsh_braking")],
        })], system=keys.get("Telematics score", ""),
    )  # fmt: skip
    yield from _customers(night, keys)
    yield _run_event(
        "forecast_lapses", "FAIL", night + timedelta(hours=3), [_dataset(WAREHOUSE, "aurelia.policy.policy")],
        [_dataset(WAREHOUSE, "aurelia.policy.lapse_forecast")], system=keys.get("Lapse forecast", ""),
        problem="Out of memory while joining policies with payments.",
    )  # fmt: skip
    yield _checked(night + timedelta(hours=4))
    job = {"namespace": JOBS, "name": "archive_claims", "facets": _described("Copies settled claims every quarter.")}
    yield _event("JobEvent", now - timedelta(days=30)) | {"job": job, "inputs": [_dataset(*CLAIM)], "outputs": []}


def _features(night: datetime) -> Iterator[dict[str, Any]]:
    """The features of the fraud model: customers hashed, texts counted."""
    columns = {
        "claim_id": [(*CLAIM, "claim_id", "IDENTITY", False)],
        "customer_hash": [(*CLAIM, "customer_id", "TRANSFORMATION", True)],
        "cause": [(*CLAIM, "cause", "IDENTITY", False)],
        "paid_total": [(*PAYMENT, "amount", "AGGREGATION", False)],
        "words_in_description": [(*CLAIM, "description", "TRANSFORMATION", True)],
    }
    output = _dataset(*FEATURES, rows=1_840_000, columns=columns, described="Features of the fraud model, by claim.")
    output["facets"]["schema"] = _facet(fields=[{"name": name, "type": kind} for name, kind in FEATURE_FIELDS])
    counted = _dataset(*CLAIM)
    counted["inputFacets"] = {"dataQualityMetrics": _facet(rowCount=1_840_000, columnMetrics={})}
    yield from _run("claims_to_features", night, [counted, _dataset(*PAYMENT)], [output])


def _customers(night: datetime, keys: dict[str, str]) -> Iterator[dict[str, Any]]:
    """The overview of customers, and the offers that are ranked from it."""
    customer, consent = (WAREHOUSE, "aurelia.customer.customer"), (WAREHOUSE, "aurelia.customer.consent")
    overview = (MARTS, "MARTS.CUSTOMER_360")
    columns = {
        "customer_id": [(*customer, "customer_id", "IDENTITY", False)],
        "city": [(*customer, "city", "IDENTITY", False)],
        "segment": [(*customer, "segment", "IDENTITY", False)],
        "marketing_consent": [(*consent, "purpose", "TRANSFORMATION", False)],
    }
    yield from _run(
        "customer_overview", night, [_dataset(*customer), _dataset(*consent)],
        [_dataset(*overview, rows=1_510_000, columns=columns)],
    )  # fmt: skip
    offers = {"customer_id": [(*overview, "customer_id", "IDENTITY", False)]}
    yield from _run(
        "rank_offers", night + timedelta(hours=2), [_dataset(*overview)],
        [_dataset(MARTS, "MARTS.NEXT_BEST_OFFER", rows=1_200_000, columns=offers)],
        system=keys.get("Next best offer", ""),
    )  # fmt: skip


def _checked(at: datetime) -> dict[str, Any]:
    """What a check of the claims found."""
    claims = _dataset(*CLAIM)
    claims["facets"]["dataQualityAssertions"] = _facet(
        assertions=[
            {"assertion": "not_null", "column": "claim_id", "success": True},
            {"assertion": "unique", "column": "claim_id", "success": True},
            {"assertion": "accepted_values", "column": "cause", "success": False},
        ]
    )
    return _event("DatasetEvent", at) | {"dataset": claims}


def _run(name: str, at: datetime, *sides: Any, **more: Any) -> Iterator[dict[str, Any]]:
    """Yield the start and the end of a run."""
    yield _run_event(name, "START", at, *sides, **more)
    yield _run_event(name, "COMPLETE", at + timedelta(minutes=20), *sides, **more)


def _run_event(
    name: str, kind: str, at: datetime, inputs: Any, outputs: Any, system: str = "", problem: str = ""
) -> dict[str, Any]:
    facets: dict[str, Any] = {
        "processing_engine": _facet(name="spark", version="4.0.1", openlineageAdapterVersion="1.54.0")
    }
    if problem:
        facets["errorMessage"] = _facet(message=problem, programmingLanguage="PYTHON")
    job: dict[str, Any] = {"jobType": _facet(processingType="BATCH", integration="AIRFLOW", jobType="TASK")}
    if system:
        job["tags"] = _facet(tags=[{"key": "system", "value": system, "source": "AIRFLOW"}])
    return _event("RunEvent", at) | {
        "eventType": kind,
        "run": {"runId": str(uuid5(NAMESPACE_URL, f"{JOBS}/{name}")), "facets": facets},
        "job": {"namespace": JOBS, "name": name, "facets": job},
        "inputs": inputs,
        "outputs": outputs,
    }


def _dataset(
    namespace: str, name: str, rows: int | None = None, columns: Any = None, described: str = ""
) -> dict[str, Any]:
    made: dict[str, Any] = {"namespace": namespace, "name": name, "facets": _described(described) if described else {}}
    if columns:
        made["facets"]["columnLineage"] = _facet(
            fields={target: {"inputFields": [_way(*one) for one in sources]} for target, sources in columns.items()}
        )
    if rows is not None:
        made["outputFacets"] = {"outputStatistics": _facet(rowCount=rows)}
    return made


def _way(namespace: str, name: str, field: str, subtype: str, masking: bool) -> dict[str, Any]:
    how = {"type": "DIRECT", "subtype": subtype, "description": "", "masking": masking}
    return {"namespace": namespace, "name": name, "field": field, "transformations": [how]}


def _event(kind: str, at: datetime) -> dict[str, Any]:
    return {"eventTime": at.isoformat(), "producer": PRODUCER, "schemaURL": f"{SPECIFICATION}{kind}"}


def _described(text: str) -> dict[str, Any]:
    return {"documentation": _facet(description=text)}


def _facet(**content: Any) -> dict[str, Any]:
    return {"_producer": PRODUCER, "_schemaURL": f"{SPECIFICATION}BaseFacet", **content}
