"""Classification: what waits, the table of a dataset's fields, and what is said of the whole."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.accounts.models import Person
from apps.catalog import operations
from apps.catalog.filters.datasets import below, departments, mine
from apps.catalog.forms.classification import AgreeForm, ClassifyForm, DeclareClassForm
from apps.catalog.models import Dataset
from apps.catalog.operations import Confirmation
from apps.catalog.queries import classification as queries
from apps.catalog.tables.classification import QueueTable
from apps.catalog.tables.datasets import category_badges, level_badge
from apps.kernel.errors import Conflict, Refused
from apps.kernel.permissions import Permission
from apps.web.filters import Facet, Filters, Search
from apps.web.offers import may_do
from apps.web.pages import ListPage, page
from apps.web.responses import redirect_after, render_page

from .datasets import find_dataset

ROWS = 100


def _holds(queryset: Any, values: list[str]) -> Any:
    wanted = Q(pk__in=[])
    if "special" in values:
        wanted |= Q(holds_special=True)
    if "personal" in values:
        wanted |= Q(holds_personal=True)
    return queryset.filter(wanted | Q(in_use=True) if "used" in values else wanted)


class QueueFilters(Filters):
    """What it probably holds, and where."""

    search = Search("search_text")
    facets = (
        mine(),
        Facet(
            "holds",
            gettext_lazy("Probably holds"),
            [
                ("special", gettext_lazy("Special-category personal data")),
                ("personal", gettext_lazy("Personal data")),
                ("used", gettext_lazy("In use")),
            ],
            apply=_holds,
        ),
        Facet("department", gettext_lazy("Department"), departments, apply=below),
    )


class Queue(ListPage):
    """The datasets with fields that wait for a person."""

    permission = Permission.CATALOG_DATASET_BROWSE
    title = gettext_lazy("Classification that waits")
    intro = gettext_lazy(
        "Suggested from names, types, terms and tags, or carried by lineage; never from values. Most risky first."
    )
    table = QueueTable
    filters = QueueFilters
    export_name = "classification"
    empty_title = gettext_lazy("Nothing waits")
    empty_text = gettext_lazy("You see the datasets that you answer for, and those whose class your role confirms.")

    def queryset(self, request: HttpRequest) -> Any:
        """Return what the person may confirm, as far as they may see it."""
        seen = Dataset.objects.visible_to(request.user).values("pk")
        return queries.queue(request.user).filter(pk__in=seen).select_related("steward")


@page(permission=None)
def classify(request: HttpRequest, key: str) -> HttpResponse:
    """Show the fields with what is suggested and carried, and take what a person says of them."""
    found = find_dataset(request, key)
    _check(may_do(request.actor, operations.confirm_fields, dataset=found))
    show, start = request.GET.get("show", ""), _number(request.GET.get("from", ""))
    rows = found.fields.filter(absent_since=None).select_related("confirmed_by").order_by("position", "path")
    waiting = set(queries.waiting_fields().filter(dataset=found).values_list("pk", flat=True))
    if show == "waiting":
        rows = rows.filter(pk__in=waiting)
    fields = list(rows[start : start + ROWS + 1])
    more, fields = len(fields) > ROWS, fields[:ROWS]
    form = ClassifyForm(request.POST if request.method == "POST" else None, rows=fields)
    if request.method == "POST" and form.is_valid():
        with form.problems():
            wanted = form.wanted()
            operations.confirm_fields(
                actor=request.actor, dataset=found, confirmations=[Confirmation(**one) for one in wanted],
                reason=form.cleaned_data["reason"], request_key=form.request_key,
            )  # fmt: skip
            text = ngettext("%(number)s field is confirmed.", "%(number)s fields are confirmed.", len(wanted))
            return redirect_after(request, request.get_full_path(), text % {"number": len(wanted)})
    context = _table(form, found, waiting) | _paging(found, show, start, more)
    return render_page(request, "catalog/classify.html", context, status=form.status)


def _table(form: ClassifyForm, found: Dataset, waiting: set[Any]) -> dict[str, Any]:
    """Return what the page shows; what somebody else changed meanwhile is shown as it is now."""
    changed = {field.pk for field in form.failed.theirs} if isinstance(form.failed, Conflict) else set()
    rows = []
    for row in form.table_rows():
        field = row["field"]
        rows.append(row | {
            "suggested": level_badge(field.suggested_level), "suggested_categories": category_badges(field.suggested_categories),
            "carried": level_badge(field.carried_level), "carried_categories": category_badges(field.carried_categories),
            "counts": level_badge(field.level), "counts_categories": category_badges(field.categories),
            "risen": queries.is_risen(field), "waits": field.pk in waiting, "changed": field.pk in changed,
        })  # fmt: skip
    return {
        "form": form,
        "dataset": found,
        "rows": rows,
        "waiting": len(waiting),
        "level": level_badge(found.level),
        "categories": category_badges(found.categories),
        "declared": level_badge(found.declared_level) if found.declared_level else "",
        "falling": level_badge(found.falling_level) if found.falling_since else "",
    }


def _paging(found: Dataset, show: str, start: int, more: bool) -> dict[str, Any]:
    def address(**query: Any) -> str:
        kept = {name: value for name, value in ({"show": show} | query).items() if value}
        return f"{reverse('catalog:classify', args=[found.key])}?{urlencode(kept)}"

    return {
        "show": show,
        "all_url": reverse("catalog:classify", args=[found.key]),
        "waiting_url": address(show="waiting"),
        "next_url": address(**{"from": start + ROWS}) if more else "",
        "before_url": address(**{"from": max(0, start - ROWS)}) if start else "",
    }


@page(permission=None)
def declare(request: HttpRequest, key: str) -> HttpResponse:
    """Say how a dataset is classified as a whole."""
    found = find_dataset(request, key)
    _check(may_do(request.actor, operations.declare_class, dataset=found))
    initial = {"level": found.declared_level, "categories": found.declared_categories}
    form = DeclareClassForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        with form.problems():
            operations.declare_class(
                actor=request.actor, dataset=found, level=form.cleaned_data["level"], reason=form.cleaned_data["reason"],
                categories=form.cleaned_data["categories"], request_key=form.request_key,
            )  # fmt: skip
            return redirect_after(request, "catalog:dataset", _("Saved."), key=found.key)
    context = {"form": form, "title": _("Class of the whole of %(key)s") % {"key": found.key}, "label": _("Save")}
    context |= {"back": reverse("catalog:dataset", args=[found.key])}
    context["text"] = _("For streams, files and whatever has no fields of its own. What its fields say is added to it.")
    return render_page(request, "inventory/action_form.html", context, status=form.status)


@page(permission=None)
def agree_to_fall(request: HttpRequest, key: str) -> HttpResponse:
    """Show what a dataset would fall to, and let a second person agree."""
    found = find_dataset(request, key)
    _check(may_do(request.actor, operations.agree_to_fall, dataset=found))
    form = AgreeForm(request.POST if request.method == "POST" else None, initial={"seen": queries.falling_token(found)})
    if request.method == "POST" and form.is_valid():
        with form.problems():
            operations.agree_to_fall(
                actor=request.actor, dataset=found, reason=form.cleaned_data["reason"], seen=form.cleaned_data["seen"],
                request_key=form.request_key,
            )  # fmt: skip
            return redirect_after(request, "catalog:dataset", _("It counts as less from now on."), key=found.key)
    hands = ", ".join(Person.objects.filter(pk__in=found.falling_by).order_by("name").values_list("name", flat=True))
    text = _("%(key)s counts as %(before)s and would count as %(after)s. Brought about by: %(hands)s.") % {
        "key": found.key, "before": queries.class_in_words(found.level, found.categories),
        "after": queries.class_in_words(found.falling_level, found.falling_categories),
        "hands": hands or _("what tools and lineage say"),
    }  # fmt: skip
    context = {"form": form, "title": _("A lower class for %(key)s") % {"key": found.key}, "label": _("I agree")}
    context |= {"back": reverse("catalog:dataset", args=[found.key]), "text": text}
    return render_page(request, "inventory/action_form.html", context, status=form.status)


def classification_panel(request: HttpRequest, dataset: Dataset) -> dict[str, Any]:
    """Show how a dataset is classified, what waits, and what flows in without anybody saying into which field."""
    may = may_do(request.actor, operations.confirm_fields, dataset=dataset)
    seen = Dataset.objects.visible_to(request.user).values("pk")
    return {
        "dataset": dataset,
        "summary": queries.summary_of(dataset),
        "declared": level_badge(dataset.declared_level) if dataset.declared_level else "",
        "declared_categories": category_badges(dataset.declared_categories),
        "upstream": list(queries.upstream_above(dataset).filter(pk__in=seen)[:10]),
        "shaping": queries.shaping(dataset),
        "may_confirm": may,
        "falling": level_badge(dataset.falling_level) if dataset.falling_since else "",
        "falling_categories": category_badges(dataset.falling_categories),
        "may_agree": may_do(request.actor, operations.agree_to_fall, dataset=dataset),
    }


def _check(decision: Any) -> None:
    if not decision:
        raise Refused(decision)


def _number(text: str) -> int:
    return min(int(text), 1_000_000) if text.isascii() and text.isdigit() and len(text) < 8 else 0
