"""Every component on one page, with invented rows: what tests look at, and what builders of pages copy from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.kernel import clock
from apps.kernel.decision import Denied
from apps.kernel.errors import Conflict

from .filters import Facet, Filters, Search
from .forms import Form
from .pages import public
from .responses import redirect_after, render_page
from .tables import Column, Table
from .templatetags.gatehouse import badge

STAGES = [("idea", gettext_lazy("Idea")), ("pilot", gettext_lazy("Pilot")), ("production", gettext_lazy("Production"))]


@dataclass(frozen=True, slots=True)
class Sample:
    """An invented system."""

    key: str
    name: str
    stage: str
    tone: str
    findings: int
    pk: int = 0


SAMPLES = (
    Sample("AIS-0001", "Claims triage", gettext_lazy("Production"), "good", 0),
    Sample("AIS-0002", "Underwriting assistant with a long name that has to wrap somewhere", "Pilot", "warning", 3),
    Sample("AIS-0003", "<b>Markup</b> & signs stay text", "Idea", "bad", 12),
)


class SampleTable(Table):
    """The invented systems as a table."""

    caption = gettext_lazy("Sample systems")
    columns = (
        Column("key", gettext_lazy("Key"), order="key"),
        Column("name", gettext_lazy("Name"), order="name"),
        Column("stage", gettext_lazy("Stage"), cell=lambda row: badge(row.stage, row.tone)),
        Column("findings", gettext_lazy("Findings"), order="findings", numeric=True),
    )

    def row_url(self, row: Sample) -> str:
        """Lead nowhere."""
        return f"#{row.key}"


class SampleFilters(Filters):
    """A search box and one facet."""

    search = Search("name")
    facets = (Facet("stage", gettext_lazy("Stage"), STAGES),)


class SampleForm(Form):
    """One field of each kind."""

    name = forms.CharField(label=gettext_lazy("Name"), help_text=gettext_lazy("As people in the department say it."))
    purpose = forms.CharField(label=gettext_lazy("Purpose"), max_length=200, widget=forms.Textarea)
    stage = forms.ChoiceField(label=gettext_lazy("Stage"), choices=STAGES)
    affected = forms.ChoiceField(
        label=gettext_lazy("Does it decide about people?"),
        choices=[("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No")), ("unsure", gettext_lazy("I am not sure"))],
        widget=forms.RadioSelect,
        help_text=gettext_lazy("“I am not sure” counts as the more careful answer."),
    )
    data = forms.MultipleChoiceField(
        label=gettext_lazy("Which data does it use?"),
        choices=[("public", gettext_lazy("Public")), ("personal", gettext_lazy("Personal"))],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    until = forms.DateField(label=gettext_lazy("Until"), widget=forms.DateInput(attrs={"type": "date"}), required=False)
    agreed = forms.BooleanField(label=gettext_lazy("I have read the conditions"))


@public(reason="Shows invented rows only, and only in the demo and in tests.", methods=("GET", "POST"))
def kit(request: HttpRequest) -> HttpResponse:
    """Show every component."""
    if request.GET.get("problem"):
        raise Conflict(_("Somebody changed this record first."), theirs=_("Pilot"))
    form = SampleForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        return redirect_after(request, "kit", _("Nothing was saved: this page only shows."))
    table = SampleTable(request)
    context = {
        "form": form,
        "filters": SampleFilters(request),
        "table": table,
        "rows": table.render(SAMPLES),
        "refused": Denied(_("You proposed this yourself, so somebody else decides.")),
        **_pieces(),
    }
    return render_page(request, "web/kit.html", context, fragment="answer", status=form.status)


def _pieces() -> dict[str, Any]:
    now = clock.now()
    return {
        "now": now,
        "tones": ("neutral", "good", "warning", "bad", "info"),
        "steps": [
            {"label": _("Idea"), "state": "done"},
            {"label": _("Assessed"), "state": "done"},
            {"label": _("Pilot"), "state": "current"},
            {"label": _("Production"), "state": "ahead"},
        ],
        "facts": [
            (_("Owner"), "Olga Owner"),
            (_("Tier"), format_html("{}", badge(_("High"), "warning"))),
            (_("Authorised until"), "31 Dec 2026"),
            (_("Vendor"), ""),
        ],
        "tabs": [
            {"label": _("Record"), "url": "#record", "current": True},
            {"label": _("Findings"), "url": "#findings", "count": 3},
            {"label": _("Activity"), "url": "#activity"},
        ],
        "items": [
            {"title": _("Approved with conditions"), "who": "Ada Architect", "at": now, "detail": _("One condition."), "url": "#"},
            {"title": _("Submitted"), "who": "Olga Owner", "at": now - timedelta(days=2)},
        ],
        "chart": [(_("Production"), 24, "#"), (_("Pilot"), 9, "#"), (_("Idea"), 31, "#"), (_("Retired"), 0, "")],
        "line": [3, 4, 4, 7, 6, 9, 12],
    }  # fmt: skip
