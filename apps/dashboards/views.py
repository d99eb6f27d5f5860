"""Home per persona, portfolio, search."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from apps.accounts.reach import holds
from apps.kernel import clock
from apps.kernel.owed import owed_by
from apps.kernel.panels import HOME, panels_for
from apps.kernel.permissions import Permission
from apps.kernel.search import search as search_everywhere
from apps.web.pages import page
from apps.web.responses import render_page

from . import queries


@page(permission=None, methods=("GET",))
def home(request: HttpRequest) -> HttpResponse:
    """Show each person what is theirs: what they owe, what they own, what they steer."""
    person = request.user
    items = [item for item in owed_by(person) if item.group != "others"]
    context = {
        "owed": items[:8],
        "owed_more": max(0, len(items) - 8),
        "now": clock.now(),
        "systems": queries.own_systems(person),
        "may_browse": holds(person, Permission.INVENTORY_CATALOG_BROWSE),
        "may_propose": holds(person, Permission.INVENTORY_INTAKE_PROPOSE),
        "steers": holds(person, Permission.DASHBOARDS_PORTFOLIO_VIEW),
        "verifies": holds(person, Permission.AUDIT_INTEGRITY_VIEW),
        "administers": holds(person, Permission.ACCOUNTS_ROLE_EDIT),
        "triages": holds(person, Permission.INVENTORY_INTAKE_TRIAGE),
    }
    shown = [(panel, panel.context(request, person)) for panel in panels_for(HOME)]
    context["panels"] = [(panel, inner) for panel, inner in shown if inner is not None]
    if context["steers"]:
        context["numbers"] = queries.headline(person)
    if holds(person, Permission.GATES_REVIEW_VIEW):
        context["reviews"] = queries.waiting_reviews(person)
    return render_page(request, "dashboards/home.html", context, fragment="live")


@page(permission=Permission.DASHBOARDS_PORTFOLIO_VIEW, methods=("GET",))
def portfolio(request: HttpRequest) -> HttpResponse:
    """Show the portfolio by stage, tier, authorisation, department and findings; every number opens its list."""
    person = request.user
    context = {
        "numbers": queries.headline(person),
        "stages": queries.by_stage(person),
        "tiers": queries.by_tier(person),
        "authorisations": queries.by_authorisation(person),
        "departments": queries.by_department(person),
        "severities": queries.by_severity(person),
        "as_of": clock.now(),
    }
    return render_page(request, "dashboards/portfolio.html", context)


@page(permission=None, methods=("GET",))
def search(request: HttpRequest) -> HttpResponse:
    """Find records of every kind among those the person may see."""
    text = request.GET.get("q", "").replace("\x00", "").strip()[:200]
    groups = search_everywhere(request.user, text) if len(text) >= 2 else []
    return render_page(request, "dashboards/search.html", {"text": text, "groups": groups}, fragment="results")
