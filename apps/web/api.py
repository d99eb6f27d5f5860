"""The API kit: endpoints that name their permission, problem details, cursor pages."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import ninja
from django.core.exceptions import ValidationError as DjangoValidationError
from django.http import Http404, HttpRequest, HttpResponse
from ninja.errors import AuthenticationError, HttpError, ValidationError

from apps.kernel.errors import Conflict, GatehouseError, Invalid
from apps.kernel.permissions import Permission

from .errors import TITLES, problem_details
from .pages import Policy, require
from .tables import after_bounds, decode_cursor, encode_cursor

MOST = 200


class Router(ninja.Router):
    """A router whose every endpoint names the permission it takes (None: any actor with a token or session)."""

    def api_operation(self, methods: list[str], path: str, **kwargs: Any) -> Callable[..., Any]:
        """Declare an endpoint; `permission` is not optional."""
        if "permission" not in kwargs:
            raise TypeError(f"The endpoint {methods} {path} names no permission.")
        permission: Permission | None = kwargs.pop("permission")
        register = super().api_operation(methods, path, **kwargs)

        def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
            @functools.wraps(view)
            def checked(request: HttpRequest, *args: Any, **arguments: Any) -> Any:
                require(request, permission)
                return view(request, *args, **arguments)

            checked.policy = Policy(permission, tuple(methods))  # type: ignore[attr-defined]
            return register(checked)

        return decorate


def _method(name: str) -> Callable[..., Any]:
    def declare(self: Router, path: str, **kwargs: Any) -> Callable[..., Any]:
        return self.api_operation([name], path, **kwargs)

    return declare


for _name in ("GET", "POST", "PUT", "PATCH", "DELETE"):
    setattr(Router, _name.lower(), _method(_name))


def cursor_page(
    request: HttpRequest, queryset: Any, schema: Callable[[Any], Any], *, order: str = "pk"
) -> dict[str, Any]:
    """Return one page of a collection: `items`, and `next` (a cursor for `?after=`) or null; `?limit=` up to 200."""
    limit_text = request.GET.get("limit", "50")
    limit = int(limit_text) if limit_text.isdecimal() and 0 < int(limit_text) <= MOST else None
    if limit is None:
        raise Invalid({"limit": [f"A page holds 1 to {MOST} items."]})
    rows = queryset.order_by(order, "pk") if order != "pk" else queryset.order_by("pk")
    after = request.GET.get("after", "")
    if after:
        bounds = decode_cursor(after)
        if bounds is None:
            raise Invalid({"after": ["This is no cursor that a page gave."]})
        try:
            rows = after_bounds(rows, order, False, bounds)
        except (ValueError, DjangoValidationError) as problem:
            raise Invalid({"after": ["This is no cursor that a page gave."]}) from problem
    found = list(rows[: limit + 1])
    following = encode_cursor(order, found[limit - 1]) if len(found) > limit else None
    return {"items": [schema(row) for row in found[:limit]], "next": following}


def install_problems(api: ninja.NinjaAPI) -> None:
    """Let an API answer every error as problem details (RFC 9457)."""

    def refused(request: HttpRequest, problem: Exception) -> HttpResponse:
        status = problem.status if isinstance(problem, GatehouseError) else 500
        more: dict[str, Any] = {}
        if isinstance(problem, Invalid):
            more["errors"] = [{"field": f, "detail": str(t)} for f, texts in problem.problems.items() for t in texts]
        if isinstance(problem, Conflict) and isinstance(problem.theirs, str | int | dict | list):
            more["theirs"] = problem.theirs
        return problem_details(status, str(TITLES.get(status, TITLES[500])), str(problem), **more)

    def unreadable(request: HttpRequest, problem: Any) -> HttpResponse:
        errors = [
            {"field": ".".join(str(part) for part in item.get("loc", ())[1:]), "detail": item.get("msg", "")}
            for item in problem.errors
        ]
        return problem_details(422, str(TITLES[422]), errors=errors)

    def spoken(request: HttpRequest, problem: Any) -> HttpResponse:
        return problem_details(problem.status_code, str(TITLES.get(problem.status_code, TITLES[400])), str(problem))

    def unknown(request: HttpRequest, problem: Exception) -> HttpResponse:
        return problem_details(404, str(TITLES[404]))

    def stranger(request: HttpRequest, problem: Exception) -> HttpResponse:
        response = problem_details(401, str(TITLES[401]), "Send a token as “Authorization: Bearer …”.")
        response["WWW-Authenticate"] = "Bearer"
        return response

    api.add_exception_handler(GatehouseError, refused)
    api.add_exception_handler(ValidationError, unreadable)
    api.add_exception_handler(HttpError, spoken)
    api.add_exception_handler(Http404, unknown)
    api.add_exception_handler(AuthenticationError, stranger)


__all__ = ["Router", "cursor_page", "install_problems"]
