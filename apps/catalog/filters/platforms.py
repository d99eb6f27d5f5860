"""What the list of platforms can be narrowed by."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.catalog.models import Criticality, Encryption, PlatformKind, Standing
from apps.web.filters import Facet, Filters, Search

from .datasets import below, departments


class PlatformFilters(Filters):
    """Platforms by words, kind, encryption, people and standing."""

    search = Search(("key", "name", "namespace", "description"), _("Key, name or namespace"))
    facets = (
        Facet("kind", _("Kind"), PlatformKind.choices),
        Facet("encryption", _("Encryption"), Encryption.choices),
        Facet("criticality", _("Criticality"), Criticality.choices),
        Facet("standing", _("Standing"), Standing.choices),
        Facet("department", _("Department"), departments, apply=below),
    )
