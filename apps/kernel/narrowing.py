"""One condition for "about something that the person may know of", made of one subquery for each registered type.

Each subquery is compiled once for a person (that is, once in a request) and used as text: nesting querysets of a dozen
types, some of which ask for the others, costs Django half a second of resolving; this costs milliseconds.
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import BooleanField, F, Func, TextField
from django.db.models.functions import Cast

from . import clock, subjects

# Type, SQL of the keys as text, and its parameters.
Choice = tuple[str, str, tuple[Any, ...]]


class AboutVisible(Func):
    """True for rows whose `subject_type` and `subject_id` name something visible; unknown types are hidden."""

    output_field = BooleanField()
    conditional = True

    def __init__(self, *columns: Any, choices: tuple[Choice, ...] = ()) -> None:
        super().__init__(*columns)
        self.choices = choices

    def as_sql(self, compiler: Any, connection: Any, **_options: Any) -> tuple[str, list[Any]]:
        """Return the condition with both columns under the aliases of the query around it."""
        kind, kind_params = compiler.compile(self.source_expressions[0])
        key, key_params = compiler.compile(self.source_expressions[1])
        parts, params = [], []
        for name, sql, inner in self.choices:
            parts.append(f"({kind} = %s AND {key} IN ({sql}))")
            params += [*kind_params, name, *key_params, *inner]
        return (f"({' OR '.join(parts)})", params) if parts else ("(FALSE)", [])


def about_visible(person: Any, *, without: tuple[str, ...] = (), only: tuple[str, ...] = ()) -> AboutVisible:
    """Return the condition for a person; `without` leaves out types by the beginning of their name, `only` keeps some."""
    choices = []
    for known in subjects.all_types():
        if known.name.startswith(without) if without else False:
            continue
        if only and known.name not in only:
            continue
        choice = _compiled(known, person)
        if choice is not None:
            choices.append(choice)
    return AboutVisible(F("subject_type"), F("subject_id"), choices=tuple(choices))


def _compiled(known: subjects.SubjectType, person: Any) -> Choice | None:
    """Compile the keys of one type that a person may know of; kept with the person while the clock stands still."""
    kept = person.__dict__.setdefault("_visible_subjects", {})
    name = (known.name, clock.moved_to())
    if name not in kept:
        keys = known.visible(person).order_by().values_list(Cast("pk", TextField()))
        try:
            sql, params = keys.query.sql_with_params()
            kept[name] = (known.name, sql, tuple(params))
        except EmptyResultSet:
            kept[name] = None
    found: Choice | None = kept[name]
    return found
