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
