"""The page around a single form."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from apps.web.forms import Form
from apps.web.responses import render_page


def form_page(
    request: HttpRequest, form: Form, *, title: Any, submit: Any, back: str, intro: Any = "", danger: bool = False
) -> HttpResponse:
    """Render a form with its title, what its button says and where one goes without it."""
    context = {"form": form, "title": title, "submit": submit, "back": back, "intro": intro, "danger": danger}
    return render_page(request, "accounts/form.html", context, status=form.status)
