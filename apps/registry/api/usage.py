"""What calls really cost, for gateways to report."""

from __future__ import annotations

from typing import Any

from ninja import Schema

from apps.kernel.permissions import Permission
from apps.registry import operations

from .routing import router


class UsageIn(Schema):
    """Up to 1,000 calls: `call_id` as the decision named it, and `cost` in the grant's currency."""

    usage: list[dict[str, Any]]


class UsageOut(Schema):
    """How many were taken, were known, and belong to no call."""

    taken: int
    known: int
    unknown: int


@router.post(
    "/model-access/usage", permission=Permission.REGISTRY_ACCESS_EVALUATE, response=UsageOut,
    summary="Report what calls really cost; the same again changes nothing",
)  # fmt: skip
def usage(request: Any, data: UsageIn) -> Any:
    return operations.report_usage(actor=request.actor, usage=data.usage)


class CallsIn(Schema):
    """Up to 1,000 calls that a gateway decided by a bundle: `id` (a UUID of yours), `at`, `decision`, `grant`, `model`,
    `environment`, `code`, `bundle` (its number, jti) and `cost`."""

    calls: list[dict[str, Any]]


class CallsOut(Schema):
    """How many were taken, were known, and which were let through without a grant that stood."""

    taken: int
    known: int
    without_grant: list[str]


@router.post(
    "/model-access/calls", permission=Permission.REGISTRY_ACCESS_EVALUATE, response=CallsOut,
    summary="Report calls that a gateway decided alone; the same again changes nothing",
)  # fmt: skip
def reported_calls(request: Any, data: CallsIn) -> Any:
    return operations.report_calls(actor=request.actor, calls=data.calls)
