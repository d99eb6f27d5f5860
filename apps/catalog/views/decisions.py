"""The decision endpoint in the form of AuthZEN 1.0, and the same question as a page."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from apps.accounts.callers import caller_of
from apps.catalog import keys as bundle_keys
from apps.catalog.forms.decisions import QuestionForm
from apps.catalog.models import Dataset
from apps.catalog.operations import decisions
from apps.catalog.rules_pure.asking import Asked, Malformed
from apps.kernel import recording
from apps.kernel.errors import Refused
from apps.web.api import problem
from apps.web.events import Event
from apps.web.pages import page, public
from apps.web.responses import render_page


def _endpoint(view: Callable[[dict[str, Any], dict[str, Any]], dict[str, Any]]) -> Callable[..., HttpResponse]:
    """Make a function answer a JSON document with one: token first, then the document, the request's id sent back."""

    @functools.wraps(view)
    def answer(request: Any) -> HttpResponse:
        response = _answer(request, view)
        if request.headers.get("X-Request-ID"):
            response["X-Request-ID"] = _request_id(request)
        return response

    return csrf_exempt(public(reason="A token in the header says who asks.", methods=("POST",))(answer))


def _answer(request: Any, view: Callable[[dict[str, Any], dict[str, Any]], dict[str, Any]]) -> HttpResponse:
    document, wrong = _document(request)
    permission = decisions.permission_for(document)
    caller = caller_of(request, permission)
    if caller is None:
        text = "Send “Authorization: Bearer …” with a valid token."
        return problem(request, 401, text, **{"WWW-Authenticate": "Bearer"})
    if wrong:
        return problem(request, 400, wrong)
    about = permission if caller.allowed else None
    try:
        return JsonResponse(
            view(document, {"actor": caller.actor, "about_all": about, "request_id": _request_id(request)})
        )
    except Malformed as found:
        return problem(request, 400, str(found))
    except Refused as refusal:
        recording.record(
            event=Event.REQUEST_REFUSED,
            actor=request.actor,
            details={"path": request.path[:200], "method": "POST", "because": refusal.decision.reason},
        )
        return problem(request, 403, refusal.message)


def _document(request: Any) -> tuple[dict[str, Any], str]:
    """Return the body, and what is wrong with it."""
    try:
        document = json.loads(request.body)
    except (ValueError, RecursionError):
        return {}, "The body is no JSON document."
    except RequestDataTooBig:
        return {}, "The body is too large."
    return (document, "") if isinstance(document, dict) else ({}, "The body is a JSON object.")


def _request_id(request: HttpRequest) -> str:
    return "".join(c for c in request.headers.get("X-Request-ID", "")[:200] if c.isascii() and c.isprintable())


@_endpoint
def evaluation(document: dict[str, Any], asker: dict[str, Any]) -> dict[str, Any]:
    """Answer one question."""
    return decisions.evaluate_document(document=document, **asker)


@_endpoint
def evaluations(document: dict[str, Any], asker: dict[str, Any]) -> dict[str, Any]:
    """Answer several questions; without a list of them, the one at the top."""
    if "evaluations" not in document:
        return decisions.evaluate_document(document=document, **asker)
    return {"evaluations": decisions.evaluate_all(document=document, **asker)}


@public(reason="Where programs find the decision endpoint; says nothing about anybody.")
def configuration(request: HttpRequest) -> HttpResponse:
    """Tell programs where to ask (AuthZEN metadata)."""
    base = request.build_absolute_uri("/").rstrip("/")
    return JsonResponse(
        {
            "policy_decision_point": base,
            "access_evaluation_endpoint": base + reverse("decisions:evaluation"),
            "access_evaluations_endpoint": base + reverse("decisions:evaluations"),
            "jwks_uri": base + reverse("decisions:keys"),
        }
    )


@public(reason="Public keys, with which anybody checks a bundle of grants.")
def keys(request: HttpRequest) -> HttpResponse:
    """Answer with the public keys of bundles."""
    return JsonResponse({"keys": bundle_keys.public_keys()})


@page(permission=None)
def may_i(request: Any, key: str) -> HttpResponse:
    """Answer a person whether they may use a dataset, as a system would be answered, in words."""
    dataset = get_object_or_404(Dataset.objects.visible_to(request.user), key=key)
    form = QuestionForm(request.POST if request.method == "POST" else None, dataset=dataset, person=request.user)
    verdict = None
    if request.method == "POST" and form.is_valid():
        asked = Asked("person", str(request.user.pk), str(dataset.pk), **form.question())
        verdict = decisions.evaluate(actor=request.actor, asked=asked, only_look=True)
    context = {"dataset": dataset, "form": form, "verdict": verdict, "back": reverse("catalog:dataset", args=[key])}
    context |= {"title": _("May I use this data?")}
    return render_page(request, "catalog/access_may_i.html", context, status=form.status)
