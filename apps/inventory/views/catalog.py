"""The employee's catalogue: may I use this, with this class of data, for this?"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.inventory import queries
from apps.inventory.models import ApprovedUse, DataClass
from apps.inventory.rules_pure.answering import UNSURE
from apps.kernel.permissions import Permission
from apps.web.pages import page
from apps.web.responses import render_page

# Classes by example, for somebody who has never read the policy; the last word is the policy's.
EXAMPLES = (
    (DataClass.PUBLIC, _("What is on our website or in a printed brochure.")),
    (DataClass.INTERNAL, _("The intranet, a team's meeting notes, a process description.")),
    (DataClass.CONFIDENTIAL, _("Contracts, prices before they are published, source code, board papers.")),
    (
        DataClass.RESTRICTED,
        _("What could move markets or open doors: results before publication, keys, security plans."),
    ),
    (
        DataClass.PERSONAL,
        _("A name, an e-mail, a policy number, a photo: anything about a person who can be told apart."),
    ),
    (
        DataClass.SPECIAL_CATEGORY,
        _("Health, religion, union, politics, sexuality, genes, or fingerprints of a person."),
    ),
)
CHOICES = (*DataClass.choices, (UNSURE, _("I am not sure which class")))


@page(permission=Permission.INVENTORY_CATALOG_BROWSE, methods=("GET",))
def catalog(request: HttpRequest) -> HttpResponse:
    """Answer from the approved uses, or lead to a request that carries the words along."""
    words = request.GET.get("q", "").replace("\x00", "").strip()[:300]
    data = _asked(request)
    offered = ApprovedUse.objects.offered_to(request.user).select_related("authorisation", "system")
    uses = queries.matching(offered, words, 20) if words else list(offered.order_by("title", "pk")[:50])
    answers = [queries.answer_for(use, data) for use in uses]
    answers.sort(key=lambda answer: {"yes": 0, "ask": 1}.get(answer.verdict.answer, 2))
    context = {
        "words": words,
        "data": data,
        "choices": [(value, label, value in data) for value, label in CHOICES],
        "answers": answers,
        "asked": bool(words or data),
        "allowed": any(answer.verdict.answer == "yes" for answer in answers),
        "unsure": UNSURE in data,
        "examples": [(value.label, text) for value, text in EXAMPLES],
        "request_url": _request_url(words, data),
    }
    return render_page(request, "inventory/catalog.html", context, fragment="answers")


@page(permission=Permission.INVENTORY_CATALOG_BROWSE, methods=("GET",))
def approved_use(request: HttpRequest, key: str) -> HttpResponse:
    """Show one use: may I, with which data, under which conditions, until when, by which decision."""
    rows = ApprovedUse.objects.visible_to(request.user).select_related("authorisation", "system", "system__owner")
    use = get_object_or_404(rows, key=key)
    data = _asked(request)
    offered = ApprovedUse.objects.offered_to(request.user).filter(pk=use.pk).exists()
    context = {
        "use": use,
        "offered": offered,
        "answer": queries.answer_for(use, data) if offered and data else None,
        "data": data,
        "choices": [(value, label, value in data) for value, label in CHOICES],
        "labels": [DataClass(name).label for name in use.data_classes],
        "ends": _end(use),
        "examples": [(value.label, text) for value, text in EXAMPLES],
        "request_url": _request_url(use.title, data),
    }
    return render_page(request, "inventory/approved_use.html", context)


def _asked(request: HttpRequest) -> list[str]:
    known = {value for value, _label in CHOICES}
    return [value for value in request.GET.getlist("data") if value in known]


def _end(use: Any) -> Any:
    """Return the day on which the use ends: its own, or its authorisation's."""
    ends = [use.until] if use.until else []
    if use.authorisation:
        ends.append(use.authorisation.valid_until.date())
    return min(ends, default=None)


def _request_url(words: str, data: list[str]) -> str:
    query = [("purpose", words)] if words else []
    query += [("data", value) for value in data if value != UNSURE]
    return f"{reverse('inventory:intake')}?{urlencode(query)}" if query else reverse("inventory:intake")
