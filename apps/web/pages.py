"""Pages declare who may see them; the middleware refuses a view that declares nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.views.decorators.http import require_http_methods

from apps.kernel.permissions import Permission


@dataclass(frozen=True, slots=True)
class Policy:
    """Who may ask a view for what: everybody (`public`), any signed-in person, or holders of a permission."""

    methods: tuple[str, ...]
    permission: Permission | None = None
    public: bool = False
    reason: str = ""


def page(*, permission: Permission | None, methods: tuple[str, ...] = ("GET", "POST")) -> Callable[..., Any]:
    """Declare a page for holders of a permission (None: for any signed-in person)."""
    return _declare(Policy(methods, permission))


def public(*, reason: str, methods: tuple[str, ...] = ("GET",)) -> Callable[..., Any]:
    """Declare a page for everybody, with the reason why."""
    return _declare(Policy(methods, public=True, reason=reason))


def _declare(policy: Policy) -> Callable[..., Any]:
    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        wrapped = require_http_methods(policy.methods)(view)
        wrapped.policy = policy  # type: ignore[attr-defined]
        return wrapped

    return decorate
