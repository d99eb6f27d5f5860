"""What arrived: the newest events, and how a client is set up."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.catalog.models import Job, LineageEvent
from apps.integrations.rules_pure.openlineage_told import told
from apps.kernel import authorisation, clock
from apps.kernel.permissions import Permission
from apps.web.filters import Facet, Filters, Search
from apps.web.pages import ListPage, page
from apps.web.responses import render_page
from apps.web.tables import Column, Table
from apps.web.templatetags.gatehouse import badge, moment

TONES = {"COMPLETE": "good", "FAIL": "bad", "ABORT": "warning"}
KINDS = [("run", gettext_lazy("Run")), ("dataset", gettext_lazy("Dataset")), ("job", gettext_lazy("Job"))]
TYPES = ("START", "RUNNING", "COMPLETE", "ABORT", "FAIL", "OTHER")


class EventTable(Table):
    """Events as tools sent them."""

    caption = gettext_lazy("Events")
    default_order = "-received_at"
    columns = (
        Column("received_at", gettext_lazy("Received"), cell=lambda e: moment(e.received_at), order="received_at"),
        Column("event_time", gettext_lazy("Happened"), cell=lambda e: moment(e.event_time)),
        Column("kind", gettext_lazy("Kind"), cell=lambda e: str(dict(KINDS).get(e.kind, e.kind))),
        Column(
            "event_type",
            gettext_lazy("What"),
            cell=lambda e: badge(e.event_type, TONES.get(e.event_type, "neutral")) if e.event_type else "–",
        ),
        Column("job_name", gettext_lazy("Job"), cell=lambda e: e.job_name or "–"),
        Column("producer", gettext_lazy("Producer"), cell=lambda e: e.producer[:80]),
    )

    def row_url(self, row: Any) -> str:
        """Lead to the event."""
        return reverse("integrations:event", args=[row.pk])


class EventFilters(Filters):
    """Kind and type."""

    search = Search(("job_name", "run_id"))
    facets = (
        Facet("kind", gettext_lazy("Kind"), KINDS),
        Facet("event_type", gettext_lazy("What"), [(one, one) for one in TYPES]),
    )


class Events(ListPage):
    """The events that arrived, newest first."""

    permission = Permission.INTEGRATIONS_INTAKE_VIEW
    title = gettext_lazy("Intake")
    intro = gettext_lazy("What tools of the data teams sent: each event once, whole.")
    table = EventTable
    filters = EventFilters
    export_name = "lineage-events"
    empty_title = gettext_lazy("Nothing arrived yet")
    empty_text = gettext_lazy("Point an OpenLineage client here: “How to connect” has its settings.")

    def queryset(self, request: HttpRequest) -> Any:
        """Return the events without their bodies: a list shows none."""
        return LineageEvent.objects.only("kind", "event_type", "event_time", "job_name", "producer", "received_at")

    def counts(self) -> str:
        """Say how the events of the last day came out."""
        since = clock.now() - timedelta(days=1)
        found = dict(
            LineageEvent.objects.filter(received_at__gte=since)
            .order_by()
            .values_list("event_type")
            .annotate(Count("pk"))
        )
        return _(
            "Last 24 hours: %(all)s events, of these %(complete)s completed runs, %(failed)s failed, %(aborted)s aborted."
        ) % {
            "all": sum(found.values()),
            "complete": found.get("COMPLETE", 0),
            "failed": found.get("FAIL", 0),
            "aborted": found.get("ABORT", 0),
        }

    def more(self, request: HttpRequest) -> dict[str, Any]:
        """Lead to the settings of clients."""
        buttons = [{"label": _("How to connect"), "url": reverse("integrations:connect")}]
        if authorisation.holds(request.actor, Permission.INTEGRATIONS_INTAKE_SEND):
            buttons.insert(0, {"label": _("Take over files"), "url": reverse("integrations:files")})
        return {"buttons": buttons, "intro": f"{self.intro} {self.counts()}"}


@page(permission=Permission.INTEGRATIONS_INTAKE_VIEW, methods=("GET",))
def event(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show one event as it came."""
    found = get_object_or_404(LineageEvent, pk=pk)
    body = json.dumps(found.body, indent=2, ensure_ascii=False)
    context = {
        "event": found,
        "body": body[:200_000],
        "told": told(found.body),
        "taken": Job.objects.filter(namespace=found.job_namespace, name=found.job_name).first(),
    }
    return render_page(request, "integrations/event_detail.html", context)


@page(permission=Permission.INTEGRATIONS_INTAKE_VIEW, methods=("GET",))
def connect(request: HttpRequest) -> HttpResponse:
    """Show how clients are set up."""
    context = {"address": request.build_absolute_uri("/").rstrip("/"), "tokens": reverse("accounts:tokens")}
    return render_page(request, "integrations/connect.html", context)
