"""One condition for "about something that the person may know of", made of one subquery for each kind of record.

Each subquery is compiled once in a request and used as text: nesting querysets of two dozen types, some of which ask for
the others, costs Django half a second and PostgreSQL a third to plan. Kinds that a table holds no rows about are left out.
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import BooleanField, F, Func, TextField
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast

from . import subjects
from .reading import once

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


def about_visible(person: Any, model: Any, *, without: tuple[str, ...] = ()) -> AboutVisible:
    """Return the condition on the rows of a model; `without` leaves out types by the beginning of their name."""
    choices = []
    for name in once(person, f"types of {model._meta.db_table}", lambda: _types_in(model)):
        known = subjects.named(name)
        if known is None or (without and name.startswith(without)):
            continue
        choice = once(person, f"keys of {name}", lambda known=known: _compiled(known, person))
        if choice is not None:
            choices.append(choice)
    return AboutVisible(F("subject_type"), F("subject_id"), choices=tuple(choices))


def keys_visible(person: Any, model: Any) -> Any:
    """Return the keys of a model's rows that a person may know of, for `…__in`: compiled once in a request."""

    def find() -> tuple[str, tuple[Any, ...]] | None:
        try:
            return model.objects.visible_to(person).order_by().values("pk").query.sql_with_params()
        except EmptyResultSet:
            return None

    found = once(person, f"keys of {model._meta.label}", find)
    return RawSQL(*found) if found else []  # noqa: S611 - compiled by Django just above, its parameters apart


def _compiled(known: subjects.SubjectType, person: Any) -> Choice | None:
    """Compile the keys of one type that a person may know of."""
    keys = known.visible(person).order_by().values_list(Cast("pk", TextField()))
    try:
        sql, params = keys.query.sql_with_params()
    except EmptyResultSet:
        return None
    return known.name, sql, tuple(params)


def _types_in(model: Any) -> list[str]:
    """Return the types that a table's rows are about, each found by one step in its index."""
    table, column = model._meta.db_table, "subject_type"
    least = f'(SELECT min("{column}") FROM "{table}"'
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH RECURSIVE found(name) AS ({least}) UNION ALL SELECT {least} WHERE {column} > found.name) FROM found "
            "WHERE found.name IS NOT NULL) SELECT name FROM found WHERE name IS NOT NULL"
        )
        return [row[0] for row in cursor.fetchall()]
