"""Pages: every view declares its policy, or it does not import; the middleware refuses what has none."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse

from apps.kernel import authorisation, recording
from apps.kernel.errors import Refused
from apps.kernel.permissions import Permission

from . import errors, exports
from .events import Event
from .filters import Filters
from .responses import render_page
from .tables import Table, count_capped, take_page

SAFE = ("GET", "HEAD", "OPTIONS")


@dataclass(frozen=True, slots=True)
class Policy:
    """Who may reach a view at all: everybody, any signed-in person, or holders of a permission; by which methods."""

    permission: Permission | None
    methods: tuple[str, ...]
    public: bool = False
    reason: str = ""


def _declare(view: Callable[..., Any], policy: Policy) -> Callable[..., Any]:
    view.policy = policy  # type: ignore[attr-defined]
    # Django's LoginRequiredMiddleware reads this mark.
    view.login_required = not policy.public  # type: ignore[attr-defined]
    return view


def page(*, permission: Permission | None, methods: Iterable[str] = ("GET", "POST")) -> Callable[..., Any]:
    """Make a function a page for holders of the permission (None: any signed-in person)."""
    allowed = tuple(methods)

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @functools.wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method not in allowed and not (request.method == "HEAD" and "GET" in allowed):
                return errors.method_not_allowed(request, allowed)
            require(request, permission)
            return view(request, *args, **kwargs)

        return _declare(checked, Policy(permission, allowed))

    return decorate


def public(*, reason: str, methods: Iterable[str] = ("GET",)) -> Callable[..., Any]:
    """Make a function a page for everybody, signed in or not; say why that is right."""
    if not reason.strip():
        raise TypeError("A public page needs its reason.")
    allowed = tuple(methods)

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @functools.wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method not in allowed and not (request.method == "HEAD" and "GET" in allowed):
                return errors.method_not_allowed(request, allowed)
            return view(request, *args, **kwargs)

        return _declare(checked, Policy(None, allowed, public=True, reason=reason))

    return decorate


def require(request: HttpRequest, permission: Permission | None) -> None:
    """Raise `Refused`, and record it, unless the actor holds the permission anywhere."""
    if permission is None:
        return
    actor = request.actor  # type: ignore[attr-defined]
    if actor.is_person and actor.scopes is None and permission in authorisation.held_by(request.user):
        # The person was read with the session in this very request, and so were their roles.
        return
    decision = authorisation.decide(actor, permission)
    if not decision:
        recording.record(
            event=Event.REQUEST_REFUSED,
            actor=request.actor,  # type: ignore[attr-defined]
            details={"path": request.path[:200], "permission": str(permission), "because": decision.reason},
        )
        raise Refused(decision)


class ListPage:
    """A list: three nouns (queryset, table, filters), with search, facets, sorting, paging and export.

    A subclass without `permission` (None is an answer) and `queryset` does not import.
    """

    permission: ClassVar[Permission | None]
    title: ClassVar[Any] = ""
    intro: ClassVar[Any] = ""
    template: ClassVar[str] = "pages/list.html"
    table: ClassVar[type[Table]]
    filters: ClassVar[type[Filters]] = Filters
    page_size: ClassVar[int] = 50
    export_name: ClassVar[str] = ""
    export_permission: ClassVar[Permission | None] = None
    empty_title: ClassVar[Any] = ""
    empty_text: ClassVar[Any] = ""

    def __init_subclass__(cls) -> None:
        if not hasattr(cls, "permission") or not hasattr(cls, "table") or cls.queryset is ListPage.queryset:
            raise TypeError(f"{cls.__name__} must declare permission, table and queryset.")

    def queryset(self, request: HttpRequest) -> Any:
        """Return the rows the person may see."""
        raise NotImplementedError

    def more(self, request: HttpRequest) -> dict[str, Any]:
        """Return what else the template shows, such as buttons."""
        return {}

    @classmethod
    def as_view(cls) -> Callable[..., HttpResponse]:
        """Return the view for the list of addresses."""

        def view(request: HttpRequest, **kwargs: Any) -> HttpResponse:
            if request.method not in ("GET", "HEAD"):
                return errors.method_not_allowed(request, ("GET",))
            require(request, cls.permission)
            return cls().respond(request, **kwargs)

        view.__name__, view.__doc__ = cls.__name__, cls.__doc__
        return _declare(view, Policy(cls.permission, ("GET",)))

    def respond(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Answer with the page, its fragment, or an export."""
        filters = self.filters(request)
        table = self.table(request)
        found = filters.apply(self.queryset(request, **kwargs))
        rows = table.sorted(found)
        wanted = request.GET.get("export", "")
        if wanted in exports.FORMATS and self.export_name:
            require(request, self.export_permission)
            return self._export(request, table, rows, wanted, filters)
        cursor_page = take_page(rows, table, request.GET.get("after", ""), self.page_size)
        context = {
            "page": self,
            "title": self.title,
            "intro": self.intro,
            "filters": filters,
            "table": table,
            "rows": table.render(cursor_page.rows),
            "cursor": cursor_page,
            "count": count_capped(found),
            "shown": len(cursor_page.rows),
            "exportable": bool(self.export_name) and self._may_export(request),
            "next_url": filters.next_url(cursor_page.after) if cursor_page.after else "",
            **self.more(request),
        }
        return render_page(request, self.template, context, fragment="list")

    def _may_export(self, request: HttpRequest) -> bool:
        if self.export_permission is None:
            return True
        return authorisation.holds(request.actor, self.export_permission)  # type: ignore[attr-defined]

    def _export(self, request: HttpRequest, table: Table, rows: Any, wanted: str, filters: Filters) -> HttpResponse:
        recording.record(
            event=Event.LIST_EXPORTED,
            actor=request.actor,  # type: ignore[attr-defined]
            details={"list": self.export_name, "format": wanted, "query": request.GET.urlencode()[:500]},
        )
        return exports.respond(wanted, self.export_name, table, rows)
