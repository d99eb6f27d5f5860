"""Declared uses of data, for programs: from the side of the data and from the side of the system."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from ninja import Schema

from apps.catalog import operations
from apps.catalog.models import Dataset, DatasetUse
from apps.inventory.api.schemas import find_system
from apps.inventory.models import AISystem, UseCase
from apps.kernel.errors import Invalid
from apps.kernel.permissions import Permission
from apps.web.api import Page, cursor_page, request_key

from .datasets import DropIn, find_dataset
from .routing import router


class UseOfDatasetIn(Schema):
    """Which system works with the dataset; keys."""

    system: str
    use_case: str = ""
    action: str = "read"


class UseBySystemIn(Schema):
    """Which dataset the system works with; keys."""

    dataset: str
    use_case: str = ""
    action: str = "read"


class UseOut(Schema):
    """A declared use."""

    id: UUID
    dataset: str
    system: str
    use_case: str
    action: str
    declared_at: datetime
    ended_at: datetime | None

    @staticmethod
    def resolve_dataset(row: Any) -> str:
        return row.dataset.key

    @staticmethod
    def resolve_system(row: Any) -> str:
        return row.system.key

    @staticmethod
    def resolve_use_case(row: Any) -> str:
        return row.use_case.key if row.use_case else ""


def _seen(request: Any) -> Any:
    """Return the uses whose both ends the caller may know of."""
    return DatasetUse.objects.filter(
        dataset__in=Dataset.objects.visible_to(request.user).values("pk"),
        system__in=AISystem.objects.visible_to(request.user).values("pk"),
    ).select_related("dataset", "system", "use_case")


def _named(model: Any, request: Any, field: str, key: str) -> Any:
    if not key:
        return None
    found = model.objects.visible_to(request.user).filter(key=key).first()
    if found is None:
        raise Invalid({field: [f"You see nothing called {key[:40]}."]})
    return found


def _declare(request: Any, dataset: Any, system: Any, data: Any) -> Any:
    return operations.declare_use(
        actor=request.actor,
        dataset=dataset,
        system=system,
        use_case=_named(UseCase, request, "use_case", data.use_case),
        action=data.action,
        request_key=request_key(request),
    )


def _end(request: Any, uses: Any, pk: UUID, reason: str) -> Any:
    use = get_object_or_404(uses, pk=pk)
    operations.end_use(
        actor=request.actor, dataset=use.dataset, use=use, reason=reason, request_key=request_key(request)
    )
    return use


@router.get(
    "/datasets/{key}/uses",
    permission=Permission.CATALOG_DATASET_BROWSE,
    response=Page[UseOut],
    summary="List the declared uses of a dataset",
)
def dataset_uses(request: Any, key: str, cursor: str = "", limit: int = 50) -> Any:
    return cursor_page(request, _seen(request).filter(dataset=find_dataset(request, key)), UseOut)


@router.post(
    "/datasets/{key}/uses",
    permission=Permission.CATALOG_DATASET_EDIT,
    response={201: UseOut},
    summary="Declare that a system works with a dataset",
)
def dataset_declare_use(request: Any, key: str, data: UseOfDatasetIn) -> Any:
    found = find_dataset(request, key)
    return 201, _declare(request, found, _named(AISystem, request, "system", data.system or "-"), data)


@router.post(
    "/datasets/{key}/uses/{pk}/end",
    permission=Permission.CATALOG_DATASET_EDIT,
    response=UseOut,
    summary="End a declared use of a dataset",
)
def dataset_end_use(request: Any, key: str, pk: UUID, data: DropIn) -> Any:
    return _end(request, _seen(request).filter(dataset=find_dataset(request, key)), pk, data.reason)


@router.get(
    "/systems/{key}/data-uses",
    permission=Permission.INVENTORY_CATALOG_BROWSE,
    response=Page[UseOut],
    summary="List the data that a system is declared to work with",
)
def data_uses(request: Any, key: str, cursor: str = "", limit: int = 50) -> Any:
    return cursor_page(request, _seen(request).filter(system=find_system(request, key)), UseOut)


@router.post(
    "/systems/{key}/data-uses",
    permission=Permission.INVENTORY_SYSTEM_EDIT,
    response={201: UseOut},
    summary="Declare that a system works with a dataset",
)
def data_declare_use(request: Any, key: str, data: UseBySystemIn) -> Any:
    found = find_system(request, key)
    return 201, _declare(request, _named(Dataset, request, "dataset", data.dataset or "-"), found, data)


@router.post(
    "/systems/{key}/data-uses/{pk}/end",
    permission=Permission.INVENTORY_SYSTEM_EDIT,
    response=UseOut,
    summary="End a system's declared use of data",
)
def data_end_use(request: Any, key: str, pk: UUID, data: DropIn) -> Any:
    return _end(request, _seen(request).filter(system=find_system(request, key)), pk, data.reason)
