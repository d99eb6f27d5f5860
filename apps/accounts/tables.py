"""What the lists of people look like."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.web.tables import Column, Table
from apps.web.templatetags.gatehouse import badge, moment

from .models import Person


def _state(person: Person) -> Any:
    if not person.is_active:
        return badge(_("Closed"), "bad")
    return badge(_("Expected"), "info") if person.expected else badge(_("Active"), "good")


class PeopleTable(Table):
    """People by name."""

    caption = _("People")
    columns = (
        Column("name", _("Name"), order="name"),
        Column("email", _("E-mail"), order="email"),
        Column(
            "department",
            _("Department"),
            cell=lambda person: person.department.name if person.department else "–",
            value=lambda person: person.department.path if person.department else "",
        ),
        Column("state", _("State"), cell=_state, value=lambda person: "active" if person.is_active else "closed"),
        Column(
            "last_signed_in_at",
            _("Last sign-in"),
            cell=lambda person: moment(person.last_signed_in_at),
            value=lambda person: person.last_signed_in_at,
        ),
    )

    def row_url(self, row: Person) -> str:
        return reverse("accounts:person", args=[row.pk])
