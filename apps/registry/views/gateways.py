"""Gateways: what was granted beside what they really allow, taking in the one and handing out the other."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.kernel.errors import Refused
from apps.kernel.permissions import Permission
from apps.registry import operations
from apps.registry.forms.gateways import ReadGatewayForm
from apps.registry.models import Environment, GatewayKey, GatewaySnapshot, ModelGrant
from apps.registry.queries import gateways as queries
from apps.registry.queries.access import counting
from apps.registry.tables.access import budget_in_words, rate_in_words
from apps.web.offers import may_do
from apps.web.pages import page
from apps.web.responses import redirect_after, render_page

from .access import access_buttons

SHOWN = 300


@page(permission=Permission.REGISTRY_GATEWAY_COMPARE, methods=("GET",))
def gateways(request: HttpRequest) -> HttpResponse:
    """Show every gateway that was read, with how many of its keys differ."""
    keys = GatewayKey.objects.visible_to(request.user).present()
    counts = keys.values("gateway").annotate(
        number=Count("pk"), differing=Count("pk", filter=~Q(differs={}))
    )  # fmt: skip
    known = {row["gateway"]: row for row in counts.order_by()}
    rows = [
        (one, known.get(one.gateway)) for one in GatewaySnapshot.objects.visible_to(request.user).filter(current=True)
    ]
    context = {
        "rows": rows,
        "may_read": may_do(request.actor, operations.read_gateway),
        "buttons": access_buttons(request, "gateways"),
        "exports": [(name, reverse("registry:gateway_export", args=[name])) for name in ("litellm", "opa")],
    }
    return render_page(request, "registry/gateways.html", context)


@page(permission=Permission.REGISTRY_GATEWAY_COMPARE, methods=("GET",))
def gateway(request: HttpRequest, gateway: str) -> HttpResponse:
    """Show each grant beside the key that a gateway has for it; what allows too much comes first."""
    found = get_object_or_404(GatewaySnapshot.objects.visible_to(request.user), gateway=gateway, current=True)
    keys = GatewayKey.objects.visible_to(request.user).filter(gateway=gateway)
    seen = ModelGrant.objects.visible_to(request.user)
    pairs = queries.compare(found, keys, counting().filter(pk__in=seen.values("pk")))
    everything = request.GET.get("all") == "1"
    told = pairs if everything else [pair for pair in pairs if pair.found]
    context = {
        "gateway": found,
        "pairs": [_told(pair) for pair in told[:SHOWN]],
        "more": max(0, len(told) - SHOWN),
        "agreeing": sum(1 for pair in pairs if not pair.found),
        "differing": sum(1 for pair in pairs if pair.found),
        "everything": everything,
        "absent": keys.exclude(absent_since=None).order_by("-absent_since")[:20],
        "may_read": may_do(request.actor, operations.read_gateway),
    }
    return render_page(request, "registry/gateway_detail.html", context)


def _told(pair: queries.Pair) -> dict[str, Any]:
    grant, key = pair.grant, pair.key
    return {
        "grant": grant,
        "key": key,
        "found": pair.found,
        "wider": any(one.is_wider for one in pair.found),
        "rate": rate_in_words(grant) if grant else "",
        "budget": budget_in_words(grant) if grant else "",
    }


@page(permission=Permission.REGISTRY_GATEWAY_COMPARE)
def read(request: HttpRequest) -> HttpResponse:
    """Take in a file of keys."""
    may = may_do(request.actor, operations.read_gateway)
    if not may:
        raise Refused(may)
    bound = request.method == "POST"
    initial = {"gateway": request.GET.get("gateway", "")[:60]}
    form = ReadGatewayForm(request.POST if bound else None, request.FILES if bound else None, initial=initial)
    if bound and form.is_valid():
        with form.problems():
            given = {name: value for name, value in form.cleaned_data.items() if name != "submission"}
            done = operations.read_gateway(actor=request.actor, request_key=form.request_key, **given)
            return redirect_after(request, "registry:gateway", _("Read and compared."), gateway=done.gateway)
    context = {"form": form, "title": _("Read a gateway"), "label": _("Read and compare")}
    context["back"] = reverse("registry:gateways")
    return render_page(request, "registry/gateway_read.html", context, status=form.status)


@page(permission=Permission.REGISTRY_GATEWAY_COMPARE, methods=("GET",))
def export(request: HttpRequest, form: str) -> HttpResponse:
    """Hand the grants out as a file: LiteLLM's configuration, or data for OPA."""
    if form not in ("litellm", "opa"):
        raise Http404
    wanted = request.GET.get("environment", "")
    environment = wanted if wanted in Environment.values else ""
    document = operations.export_grants(actor=request.actor, form=form, environment=environment)
    answer = JsonResponse(document, json_dumps_params={"indent": 2, "ensure_ascii": False})
    answer["Content-Disposition"] = f'attachment; filename="gatehouse-{form}.json"'
    return answer
