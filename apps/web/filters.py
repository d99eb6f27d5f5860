"""Filters: the whole state is in the address, so that every list is a link; what is unknown is ignored."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

LONGEST_SEARCH = 200


@dataclass(frozen=True, slots=True)
class Facet:
    """A choice of values; `apply(queryset, values)` narrows, by default on the field of the same name."""

    name: str
    label: Any
    choices: Any = ()
    apply: Callable[[Any, list[str]], Any] | None = None

    def options(self, request: HttpRequest) -> list[tuple[str, Any]]:
        """Return the choices; a callable gets the request, so that they can be narrowed by what the person may see."""
        found = self.choices(request) if callable(self.choices) else self.choices
        return [(str(value), label) for value, label in found]

    def narrow(self, queryset: Any, values: list[str]) -> Any:
        """Keep the rows with one of the values."""
        return self.apply(queryset, values) if self.apply else queryset.filter(**{f"{self.name}__in": values})


@dataclass(frozen=True, slots=True)
class Search:
    """A text box; every word must occur in one of the fields (lower-case columns with a trigram index)."""

    fields: Sequence[str] | str
    label: Any = _("Search")  # noqa: RUF009 - lazy text
    apply: Callable[[Any, str], Any] | None = None
    # Where names of other records are looked through: only those that the person may know find anything.
    apply_for: Callable[[Any, str, Any], Any] | None = None

    def narrow(self, queryset: Any, text: str, person: Any) -> Any:
        """Keep the rows in which every word occurs."""
        if self.apply_for:
            return self.apply_for(queryset, text, person)
        if self.apply:
            return self.apply(queryset, text)
        names = [self.fields] if isinstance(self.fields, str) else list(self.fields)
        for word in text.lower().split()[:8]:
            condition = Q()
            for name in names:
                lookup = "contains" if name == "search_text" else "icontains"
                condition |= Q(**{f"{name}__{lookup}": word})
            queryset = queryset.filter(condition)
        return queryset


class Filters:
    """What a list can be narrowed by."""

    search: ClassVar[Search | None] = None
    facets: ClassVar[Sequence[Facet]] = ()

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.text = request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST_SEARCH] if self.search else ""
        self.chosen: dict[str, list[str]] = {}
        self._options: dict[str, list[tuple[str, Any]]] = {}
        for facet in self.facets:
            options = self._options[facet.name] = facet.options(request)
            known = {value for value, _label in options}
            values = [value for value in request.GET.getlist(facet.name) if value in known]
            if values:
                self.chosen[facet.name] = list(dict.fromkeys(values))

    def apply(self, queryset: Any) -> Any:
        """Narrow the rows by what was chosen."""
        if self.search and self.text:
            queryset = self.search.narrow(queryset, self.text, self.request.user)
        for facet in self.facets:
            if facet.name in self.chosen:
                queryset = facet.narrow(queryset, self.chosen[facet.name])
        return queryset

    @property
    def active(self) -> bool:
        """Tell whether anything is narrowed."""
        return bool(self.text or self.chosen)

    def controls(self) -> list[dict[str, Any]]:
        """Return the facets with their options and which are chosen."""
        return [
            {
                "facet": facet,
                "chosen": len(self.chosen.get(facet.name, ())),
                "options": [
                    (value, label, value in self.chosen.get(facet.name, ()))
                    for value, label in self._options[facet.name]
                ],
            }
            for facet in self.facets
        ]

    def tags(self) -> list[dict[str, str]]:
        """Return what is chosen as tags, each with the address without it."""
        found = []
        if self.text:
            found.append({"label": f"“{self.text}”", "url": self._without("q", self.text)})
        for facet in self.facets:
            labels = dict(self._options[facet.name])
            for value in self.chosen.get(facet.name, ()):
                found.append({"label": f"{facet.label}: {labels[value]}", "url": self._without(facet.name, value)})
        return found

    def kept(self) -> list[tuple[str, str]]:
        """Return the parameters besides the filters that the form must carry along."""
        sort = self.request.GET.get("sort")
        return [("sort", sort)] if sort else []

    def export_url(self, wanted: str) -> str:
        """Return the address of the export of what is shown."""
        query = self.request.GET.copy()
        query.pop("after", None)
        query["export"] = wanted
        return f"?{query.urlencode()}"

    def next_url(self, after: str) -> str:
        """Return the address of the next page."""
        query = self.request.GET.copy()
        query["after"] = after
        return f"?{query.urlencode()}"

    def _without(self, name: str, value: str) -> str:
        query = self.request.GET.copy()
        query.pop("after", None)
        query.setlist(name, [other for other in query.getlist(name) if other.strip()[:LONGEST_SEARCH] != value])
        return f"?{query.urlencode()}"
