"""OpenLineage at the addresses that its clients use."""

from __future__ import annotations

import logging
from typing import Any

from django.http import HttpResponse, JsonResponse
from ninja.errors import HttpError

from apps.integrations import operations
from apps.kernel.errors import Invalid
from apps.kernel.permissions import Permission

from .routing import json_body, router

log = logging.getLogger(__name__)
MOST_EVENTS = 1000


@router.post(
    "/lineage",
    permission=Permission.INTEGRATIONS_INTAKE_SEND,
    summary="Take over one OpenLineage event; the same again changes nothing",
    response={201: None},
)
def receive(request: Any) -> Any:
    event = json_body(request)
    try:
        operations.receive_event(actor=request.actor, event=event)
    except Invalid as problem:
        log.warning("lineage event refused: %s", problem)
        raise
    return HttpResponse(status=201)


@router.post(
    "/lineage/batch",
    permission=Permission.INTEGRATIONS_INTAKE_SEND,
    summary="Take over a list of OpenLineage events, each by itself",
    response={200: dict},
)
def receive_batch(request: Any) -> Any:
    events = json_body(request)
    if not isinstance(events, list):
        raise HttpError(400, "A list of events is needed.")
    if len(events) > MOST_EVENTS:
        raise HttpError(413, f"More than {MOST_EVENTS} events.")
    failed = []
    for index, event in enumerate(events):
        try:
            operations.receive_event(actor=request.actor, event=event)
        except Invalid as problem:
            log.warning("lineage event %s of a batch refused: %s", index, problem)
            place, reasons = next(iter(problem.problems.items()), ("/", [str(problem)]))
            failed.append({"index": index, "reason": f"{place}: {reasons[0]}", "retriable": False})
    taken = len(events) - len(failed)
    summary = {
        "received": len(events),
        "successful": taken,
        "failed": len(failed),
        "retriable": 0,
        "non_retriable": len(failed),
    }
    status = "success" if not failed else "partial_success" if taken else "failure"
    return JsonResponse({"status": status, "summary": summary, "failed_events": failed})
