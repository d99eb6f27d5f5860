"""Use cases and vendors."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404

from apps.inventory import operations
from apps.inventory.models import UseCase, Vendor
from apps.kernel.permissions import Permission
from apps.web.api import Page, cursor_page, request_key

from .schemas import UseCaseIn, UseCaseOut, VendorOut, find_system, router
from .systems import find_department


@router.get(
    "/use-cases",
    permission=Permission.INVENTORY_CATALOG_BROWSE,
    response=Page[UseCaseOut],
    summary="List use cases that you may see",
)
def use_cases(request: Any, status: str = "", cursor: str = "", limit: int = 50) -> Any:
    rows = UseCase.objects.visible_to(request.user)
    return cursor_page(request, rows.filter(status=status) if status else rows, UseCaseOut, order=("key",))


@router.get(
    "/use-cases/{key}", permission=Permission.INVENTORY_CATALOG_BROWSE, response=UseCaseOut, summary="A use case"
)
def use_case(request: Any, key: str) -> Any:
    return get_object_or_404(UseCase.objects.visible_to(request.user), key=key)


@router.post(
    "/use-cases",
    permission=Permission.INVENTORY_SYSTEM_REGISTER,
    response={201: UseCaseOut},
    summary="Register a use case",
)
def register_use_case(request: Any, data: UseCaseIn) -> Any:
    systems = [find_system(request, key) for key in data.systems]
    made = operations.register_use_case(
        actor=request.actor,
        department=find_department(data.department),
        owner=request.user,
        proposer=request.user,
        request_key=request_key(request),
        **data.dict(exclude={"department", "systems"}),
    )
    for system in systems:
        operations.link_use_case(actor=request.actor, use_case=made, system=system)
    made.refresh_from_db()
    return 201, made


@router.get("/vendors", permission=Permission.INVENTORY_VENDOR_VIEW, response=Page[VendorOut], summary="List vendors")
def vendors(request: Any, cursor: str = "", limit: int = 50) -> Any:
    return cursor_page(request, Vendor.objects.all(), VendorOut)
