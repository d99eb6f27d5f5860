"""One small form for one action: shown, checked, done, and back to the record."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.kernel.errors import Refused
from apps.web.forms import Form
from apps.web.responses import redirect_after, render_page


def act(
    request: HttpRequest, form: Form, does: Callable[[], Any], *, back: tuple[str, str], title: str, label: str,
    text: str = "", danger: bool = False, then: str = "", **more: Any,
) -> HttpResponse:  # fmt: skip
    """Show a form; when it is sent and stands, do what it is for and lead to the record."""
    if request.method == "POST" and form.is_valid():
        with form.problems():
            made = does()
            name, key = (then, made.key) if then else back
            return redirect_after(request, name, _("Written down."), key=key)
    context = {"form": form, "title": title, "label": label, "text": text, "danger": danger, **more}
    context["back"] = reverse(back[0], args=[back[1]])
    return render_page(request, "inventory/action_form.html", context, status=form.status)


def insist(decision: Any) -> None:
    """Refuse with the reason."""
    if not decision:
        raise Refused(decision)


def given(request: HttpRequest) -> Any:
    """Return what was sent, if anything was."""
    return request.POST if request.method == "POST" else None
