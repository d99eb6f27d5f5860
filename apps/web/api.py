"""The API kit: endpoints declare their permission, problems follow RFC 9457, lists are pages with a cursor."""

from __future__ import annotations

import base64
import binascii
import json
import logging
from collections.abc import Callable
from typing import Any, TypeVar

import ninja
import ninja.parser
from django.core.exceptions import ValidationError
from django.db import DataError
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from ninja.errors import AuthenticationError, HttpError
from ninja.errors import ValidationError as InputError
from ninja.throttling import BaseThrottle

from apps.kernel import authorisation, correlation, recording
from apps.kernel.errors import GatehouseError, Invalid, Refused
from apps.kernel.permissions import Permission

from .events import Event

logger = logging.getLogger(__name__)
LARGEST_PAGE = 200
USUAL_PAGE = 50
TITLES = {
    400: "The request cannot be understood",
    401: "A valid token is needed",
    403: "Not allowed",
    404: "Not found",
    405: "This method is not offered here",
    409: "Somebody else changed it first",
    422: "The input cannot be taken",
    429: "Too many requests",
    500: "Something went wrong",
}
Item = TypeVar("Item")


class Page[Item](ninja.Schema):
    """A page of a list; ask again with `cursor` set to `next` for the following one."""

    items: list[Item]
    next: str | None = None


class Problem(ninja.Schema):
    """What went wrong, as in RFC 9457."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str = ""
    instance: str = ""
    errors: dict[str, list[str]] = {}


class Router(ninja.Router):
    """A router whose endpoints cannot be declared without a permission (None: any holder of a token)."""

    def get(self, path: str, *, permission: Permission | None, **options: Any) -> Callable[..., Any]:  # type: ignore[override]
        """Declare a reading endpoint."""
        return self._endpoint("GET", path, permission, options)

    def post(self, path: str, *, permission: Permission | None, **options: Any) -> Callable[..., Any]:  # type: ignore[override]
        """Declare an endpoint that creates or does something."""
        return self._endpoint("POST", path, permission, options)

    def put(self, path: str, *, permission: Permission | None, **options: Any) -> Callable[..., Any]:  # type: ignore[override]
        """Declare an endpoint that replaces."""
        return self._endpoint("PUT", path, permission, options)

    def patch(self, path: str, *, permission: Permission | None, **options: Any) -> Callable[..., Any]:  # type: ignore[override]
        """Declare an endpoint that changes fields."""
        return self._endpoint("PATCH", path, permission, options)

    def delete(self, path: str, *, permission: Permission | None, **options: Any) -> Callable[..., Any]:  # type: ignore[override]
        """Declare an endpoint that ends something."""
        return self._endpoint("DELETE", path, permission, options)

    def _endpoint(self, method: str, path: str, permission: Permission | None, options: dict[str, Any]) -> Any:
        def declare(view: Callable[..., Any]) -> Callable[..., Any]:
            view.permission = permission  # type: ignore[attr-defined]
            self.add_api_operation(path, [method], view, throttle=[_Gate(permission)], **options)
            return view

        return declare


class Parser(ninja.parser.Parser):
    """Reads bodies and parameters; characters that no text here can hold are answered, not stored."""

    def parse_body(self, request: Any) -> Any:
        """Return the JSON document of the body."""
        document = super().parse_body(request)
        insist_on_text(document)
        return document

    def parse_querydict(self, data: Any, list_fields: list[str], request: Any) -> Any:
        """Return the parameters of an address or a form."""
        found = super().parse_querydict(data, list_fields, request)
        insist_on_text(found)
        return found


def insist_on_text(value: Any) -> None:
    """Refuse NUL and lone surrogates anywhere in a document: the database has no such text."""
    if isinstance(value, str):
        if "\x00" in value or any("\ud800" <= character <= "\udfff" for character in value):
            raise HttpError(400, "A text holds a character that cannot be kept.")
    elif isinstance(value, dict):
        for name, item in value.items():
            insist_on_text(name)
            insist_on_text(item)
    elif isinstance(value, list | tuple):
        for item in value:
            insist_on_text(item)


class _Gate(BaseThrottle):
    """Asks for the permission after the token and before the input is read: whoever may not, learns nothing of it."""

    def __init__(self, permission: Permission | None) -> None:
        self.permission = permission

    def allow_request(self, request: Any) -> bool:
        if self.permission is None:
            return True
        decision = authorisation.decide(request.actor, self.permission)
        if not decision:
            recording.record(
                event=Event.REQUEST_REFUSED,
                actor=request.actor,
                details={"path": request.path[:200], "method": request.method, "because": decision.reason},
            )
            raise Refused(decision)
        return True


def cursor_page(request: Any, queryset: QuerySet[Any], schema: Any, *, order: tuple[str, ...] = ("id",)) -> dict:
    """Return one page of a queryset, in an order of unique ascending columns, with the cursor of the next.

    The endpoint declares `response=Page[schema]`, which turns the rows into what is sent.
    """
    limit = _limit(request.GET.get("limit"))
    seen = _decode(request.GET.get("cursor", ""), len(order))
    try:
        rows = list(queryset.order_by(*order).filter(_after(order, seen))[: limit + 1])
    except (ValidationError, ValueError) as problem:
        raise Invalid({"cursor": ["This cursor belongs to another list."]}) from problem
    more = len(rows) > limit
    rows = rows[:limit]
    return {
        "items": rows,
        "next": _encode([str(_value(rows[-1], name)) for name in order]) if more else None,
    }


def _limit(text: str | None) -> int:
    if text is None:
        return USUAL_PAGE
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= LARGEST_PAGE:
        raise Invalid({"limit": [f"A page holds between 1 and {LARGEST_PAGE} items."]})
    return int(text)


def _after(order: tuple[str, ...], seen: list[str]) -> Q:
    condition = Q()
    for index, name in enumerate(order if seen else ()):
        before = {order[i]: seen[i] for i in range(index)}
        condition |= Q(**before, **{f"{name}__gt": seen[index]})
    return condition


def _value(row: Any, name: str) -> Any:
    for part in name.split("__"):
        row = getattr(row, part)
    return row


def _encode(values: list[str]) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).rstrip(b"=").decode()


def _decode(text: str, length: int) -> list[str]:
    if not text:
        return []
    try:
        values = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (binascii.Error, ValueError) as problem:
        raise Invalid({"cursor": ["This is no cursor of ours."]}) from problem
    if (
        not isinstance(values, list)
        or len(values) != length
        or not all(isinstance(v, str) and v.isprintable() for v in values)
    ):
        raise Invalid({"cursor": ["This cursor belongs to another list."]})
    return values


def request_key(request: Any) -> str | None:
    """Return the caller's `Idempotency-Key`, to be given to the operation."""
    return request.headers.get("Idempotency-Key", "")[:100] or None


def problem(
    request: Any, status: int, detail: str = "", errors: dict[str, list[str]] | None = None, **headers: str
) -> HttpResponse:
    """Answer with a problem document that carries the correlation id."""
    content: dict[str, Any] = {"type": "about:blank", "title": TITLES.get(status, "Error"), "status": status}
    content |= {"detail": detail} if detail else {}
    content |= {"instance": f"urn:uuid:{correlation.current()}"} if correlation.current() else {}
    content |= {"errors": errors} if errors else {}
    return HttpResponse(
        json.dumps(content), status=status, content_type="application/problem+json", headers=headers or None
    )


def install_problems(api: ninja.NinjaAPI) -> None:
    """Make an API answer every error with a problem document."""

    def ours(request: Any, error: GatehouseError) -> HttpResponse:
        errors = error.problems if isinstance(error, Invalid) else None
        return problem(request, error.status, error.message, errors)

    def unauthenticated(request: Any, _error: AuthenticationError) -> HttpResponse:
        return problem(
            request, 401, "Send “Authorization: Bearer …” with a valid token.", **{"WWW-Authenticate": "Bearer"}
        )

    def invalid(request: Any, error: InputError) -> HttpResponse:
        errors: dict[str, list[str]] = {}
        for found in error.errors:
            errors.setdefault(".".join(str(part) for part in found["loc"][1:]), []).append(str(found["msg"]))
        return problem(request, 422, "", errors)

    def missing(request: Any, _error: Http404) -> HttpResponse:
        return problem(request, 404)

    def plain(request: Any, error: HttpError) -> HttpResponse:
        return problem(request, error.status_code, str(error))

    def unkept(request: Any, error: DataError) -> HttpResponse:
        logger.warning("Input that the database cannot hold", exc_info=error)
        return problem(request, 400, "A value is larger or odder than what can be kept.")

    for kind, answer in (
        (GatehouseError, ours),
        (AuthenticationError, unauthenticated),
        (InputError, invalid),
        (Http404, missing),
        (HttpError, plain),
        (DataError, unkept),
    ):
        api.add_exception_handler(kind, answer)
