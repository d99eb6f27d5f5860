"""What the list of selections can be narrowed by."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.registry.models import SelectionStatus
from apps.web.filters import Facet, Filters, Search


class SelectionFilters(Filters):
    """Where they stand."""

    search = Search(("key", "title", "use_case__key", "use_case__name"))
    facets = (Facet("status", _("State"), SelectionStatus.choices),)
