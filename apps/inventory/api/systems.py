"""Systems, their parts, stage and authorisations."""

from __future__ import annotations

from typing import Any

from apps.accounts.models import Department
from apps.inventory import operations
from apps.inventory.models import AISystem
from apps.kernel.errors import Invalid
from apps.kernel.permissions import Permission
from apps.web.api import Page, cursor_page, request_key

from .schemas import (
    AuthorisationOut,
    ComponentIn,
    ComponentOut,
    ObservationIn,
    ReasonIn,
    StageIn,
    SystemDetail,
    SystemEdit,
    SystemIn,
    SystemOut,
    find_person,
    find_system,
    router,
)


def find_department(path: str) -> Department:
    """Return a department by its path of codes, or refuse the field."""
    found = Department.objects.filter(path=path.strip("/") + "/").first()
    if found is None:
        raise Invalid({"department": ["There is no department with this path."]})
    return found


@router.get(
    "/systems",
    permission=Permission.INVENTORY_CATALOG_BROWSE,
    response=Page[SystemOut],
    summary="List AI systems that you may see",
)
def systems(request: Any, stage: str = "", tier: str = "", q: str = "", cursor: str = "", limit: int = 50) -> Any:
    rows = AISystem.objects.visible_to(request.user).select_related("department", "owner", "merged_into")
    rows = rows.filter(stage=stage) if stage else rows
    rows = rows.filter(tier=tier) if tier else rows
    for word in q.replace("\x00", "").lower().split()[:8]:
        rows = rows.filter(search_text__contains=word)
    return cursor_page(request, rows, SystemOut, order=("key",))


@router.post(
    "/systems",
    permission=Permission.INVENTORY_SYSTEM_REGISTER,
    response={201: SystemDetail},
    summary="Register a system",
)
def register_system(request: Any, data: SystemIn) -> Any:
    facts = data.dict(exclude_none=True, exclude={"department", "owner", "sponsor"})
    system = operations.register_system(
        actor=request.actor,
        department=find_department(data.department),
        owner=find_person("owner", data.owner) or request.user,
        sponsor=find_person("sponsor", data.sponsor),
        proposer=request.user,
        request_key=request_key(request),
        **facts,
    )
    return 201, system


@router.get("/systems/{key}", permission=Permission.INVENTORY_CATALOG_BROWSE, response=SystemDetail, summary="A system")
def system(request: Any, key: str) -> Any:
    return find_system(request, key)


@router.patch(
    "/systems/{key}",
    permission=Permission.INVENTORY_SYSTEM_EDIT,
    response=SystemDetail,
    summary="Change facts of a system",
)
def edit_system(request: Any, key: str, data: SystemEdit) -> Any:
    return operations.edit_system(
        actor=request.actor,
        system=find_system(request, key),
        changes=data.dict(exclude_unset=True, exclude={"version"}),
        version=data.version,
        request_key=request_key(request),
    )


@router.post(
    "/systems/{key}/stage",
    permission=Permission.INVENTORY_SYSTEM_CHANGE_STAGE,
    response=SystemDetail,
    summary="Take the next step, by the decision that allows it",
)
def change_stage(request: Any, key: str, data: StageIn) -> Any:
    return operations.change_stage(
        actor=request.actor,
        system=find_system(request, key),
        target=data.target,
        reason=data.reason,
        request_key=request_key(request),
    )


@router.post(
    "/systems/{key}/suspend",
    permission=Permission.INVENTORY_SYSTEM_SUSPEND,
    response=SystemDetail,
    summary="Stop a system at once",
)
def suspend(request: Any, key: str, data: ReasonIn) -> Any:
    found = find_system(request, key)
    return operations.suspend(actor=request.actor, system=found, reason=data.reason, request_key=request_key(request))


@router.post(
    "/systems/{key}/resume",
    permission=Permission.INVENTORY_SYSTEM_CHANGE_STAGE,
    response=SystemDetail,
    summary="Resume a suspended system, by the review that allows it",
)
def resume(request: Any, key: str, data: ReasonIn) -> Any:
    found = find_system(request, key)
    return operations.resume(actor=request.actor, system=found, reason=data.reason, request_key=request_key(request))


@router.post(
    "/systems/{key}/withdraw",
    permission=Permission.INVENTORY_SYSTEM_EDIT,
    response=SystemDetail,
    summary="Withdraw a system that is not in use yet",
)
def withdraw(request: Any, key: str, data: ReasonIn) -> Any:
    found = find_system(request, key)
    return operations.withdraw_system(
        actor=request.actor, system=found, reason=data.reason, request_key=request_key(request)
    )


@router.post(
    "/systems/{key}/operating-status",
    permission=Permission.INVENTORY_SYSTEM_EDIT,
    response=SystemDetail,
    summary="Report whether a system runs",
)
def report_operating_status(request: Any, key: str, data: ObservationIn) -> Any:
    return operations.report_operating_status(
        actor=request.actor,
        system=find_system(request, key),
        status=data.status,
        reason=data.reason,
        request_key=request_key(request),
    )


@router.get(
    "/systems/{key}/components",
    permission=Permission.INVENTORY_CATALOG_BROWSE,
    response=list[ComponentOut],
    summary="The components of a system",
)
def components(request: Any, key: str) -> Any:
    return find_system(request, key).components.all()[:500]


@router.post(
    "/systems/{key}/components",
    permission=Permission.INVENTORY_SYSTEM_EDIT,
    response={201: ComponentOut},
    summary="Add a component",
)
def add_component(request: Any, key: str, data: ComponentIn) -> Any:
    return 201, operations.add_component(
        actor=request.actor, system=find_system(request, key), request_key=request_key(request), **data.dict()
    )


@router.get(
    "/systems/{key}/authorisations",
    permission=Permission.INVENTORY_CATALOG_BROWSE,
    response=list[AuthorisationOut],
    summary="The authorisations of a system and how they stand",
)
def authorisations(request: Any, key: str) -> Any:
    return find_system(request, key).authorisations.select_related("system")[:200]
