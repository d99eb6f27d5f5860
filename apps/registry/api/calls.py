"""The calls of models that were decided, for programs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ninja import Schema

from apps.catalog.models import AccessOutcome
from apps.kernel.errors import Invalid
from apps.kernel.permissions import Permission
from apps.registry.queries.called import calls_visible_to
from apps.web.api import Page, cursor_page

from .routing import router


class CallOut(Schema):
    """A decided call; people are named by id alone."""

    id: str
    at: datetime
    subject_type: str
    subject: str
    model: str
    purpose: str
    use_case: str
    region: str
    parameters: list[str]
    outcome: str
    rule: str
    grant: str
    request_id: str

    @staticmethod
    def resolve_id(row: Any) -> str:
        return str(row.pk)

    @staticmethod
    def resolve_subject_type(row: Any) -> str:
        return row.subject_kind

    @staticmethod
    def resolve_subject(row: Any) -> str:
        return row.subject_label or str(row.subject_id or "")

    @staticmethod
    def resolve_model(row: Any) -> str:
        return row.dataset_label

    @staticmethod
    def resolve_parameters(row: Any) -> list[str]:
        return row.fields

    @staticmethod
    def resolve_grant(row: Any) -> str:
        return row.grant_key


@router.get(
    "/model-access/calls", permission=Permission.REGISTRY_ACCESS_REQUEST, response=Page[CallOut],
    summary="List the calls that were decided, the oldest first, of models one answers for or systems one reaches",
)  # fmt: skip
def calls(
    request: Any,
    model: str = "",
    application: str = "",
    outcome: str = "",
    grant: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    cursor: str = "",
    limit: int = 50,
) -> Any:
    if outcome and outcome not in AccessOutcome.values:
        raise Invalid({"outcome": [f"One of: {', '.join(AccessOutcome.values)}."]})
    wanted = {
        "model_key": model.upper(), "subject_label": application.upper(), "outcome": outcome, "grant_key": grant.upper(),
        "at__gte": since, "at__lt": until,
    }  # fmt: skip
    narrowed = {name: value for name, value in wanted.items() if value}
    if application:
        narrowed["subject_kind"] = "system"
    for moment in (since, until):
        if moment is not None and moment.tzinfo is None:
            raise Invalid({"since": ["Say the zone of a moment, for example 2026-11-23T12:00:00Z."]})
    if any("\x00" in value for value in (model, application, grant)):
        raise Invalid({"": ["A name holds a character that no name has."]})
    return cursor_page(request, calls_visible_to(request.user).filter(**narrowed), CallOut, order=("at", "id"))
