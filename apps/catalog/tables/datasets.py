"""What lists of datasets look like, and how their states are shown on every page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.catalog.models import Category, Criticality, Level, Standing
from apps.kernel import clock
from apps.web.tables import Column, Table
from apps.web.templatetags.gatehouse import badge, moment

LEVEL_TONES = {"public": "good", "internal": "info", "confidential": "warning", "restricted": "bad"}
CRITICALITY_TONES = {"critical": "bad", "high": "warning"}
# Read once: the models' own get_…_display() makes its table anew for every cell.
LEVEL_LABELS, CATEGORY_LABELS = dict(Level.choices), dict(Category.choices)
CRITICALITY_LABELS, STANDING_LABELS = dict(Criticality.choices), dict(Standing.choices)


def level_badge(level: str) -> Any:
    """Show a level; what nobody classified says so."""
    if not level:
        return badge(_("Not classified"), "warning")
    return badge(LEVEL_LABELS.get(level, level), LEVEL_TONES.get(level, "neutral"))


def category_badges(categories: list[str]) -> Any:
    """Show what the law or the trade says of data."""
    tones = {"special_category": "bad", "health": "bad", "personal": "warning"}
    shown = ((badge(CATEGORY_LABELS.get(name, name), tones.get(name, "info")),) for name in categories)
    return format_html_join(" ", "{}", shown)


def criticality_badge(criticality: str) -> Any:
    """Show what stands still when it is gone."""
    if not criticality:
        return "–"
    return badge(CRITICALITY_LABELS.get(criticality, criticality), CRITICALITY_TONES.get(criticality, "neutral"))


def standing_badge(standing: str) -> Any:
    """Show how we know of a record."""
    return badge(STANDING_LABELS.get(standing, standing), "warning" if standing == "observed" else "neutral")


def freshness(dataset: Any) -> tuple[str, str]:
    """Return in a word how fresh a dataset is against its promise, and the tone."""
    promised, loaded = dataset.fresh_within_minutes, dataset.last_loaded_at
    if not promised:
        return _("No promise"), "neutral"
    if loaded is None:
        return _("Never seen loading"), "bad"
    if clock.now() - loaded <= timedelta(minutes=promised):
        return _("As promised"), "good"
    return _("Later than promised"), "bad"


def _titled(row: Any) -> Any:
    """Show a title with the name that tools use; what was only observed says so."""
    observed = format_html(" {}", standing_badge(row.standing)) if row.standing == Standing.OBSERVED else ""
    return format_html('{}{}<br><span class="muted">{}</span>', row.title, observed, row.name)


def _classed(row: Any) -> Any:
    """Show level and categories together."""
    return format_html("{} {}", level_badge(row.level), category_badges(row.categories))


def _steward(row: Any) -> Any:
    return row.steward.name if row.steward else badge(_("Nobody"), "warning")


class DatasetTable(Table):
    """Datasets."""

    caption = gettext_lazy("Datasets")
    default_order = "key"
    columns = (
        Column("key", gettext_lazy("Key"), order="key"),
        Column("title", gettext_lazy("Dataset"), cell=_titled, order="title"),
        Column("level", gettext_lazy("Level and categories"), cell=_classed, order="level"),
        Column("platform", gettext_lazy("Platform"), cell=lambda d: d.platform.name),
        Column("department", gettext_lazy("Department"), cell=lambda d: d.department.name if d.department else "–"),
        Column("steward", gettext_lazy("Steward"), cell=_steward),
        Column("criticality", gettext_lazy("Criticality"), cell=lambda d: criticality_badge(d.criticality)),
        Column("updated", gettext_lazy("Changed"), cell=lambda d: moment(d.updated_at.date()), order="updated_at"),
    )

    def row_url(self, row: Any) -> str:
        """Lead to the dataset."""
        return reverse("catalog:dataset", args=[row.key])


class DatasetExport(Table):
    """Datasets with everything that a spreadsheet holds."""

    default_order = "key"
    columns = (
        *(Column(name, label, order=name if name in ("key", "title", "level") else "") for name, label in (
            ("key", gettext_lazy("Key")), ("title", gettext_lazy("Title")), ("namespace", gettext_lazy("Namespace")),
            ("name", gettext_lazy("Name in its platform")), ("description", gettext_lazy("Description")),
            ("level", gettext_lazy("Level")),
        )),
        Column("categories", gettext_lazy("Categories"), value=lambda d: list(d.categories)),
        Column("platform", gettext_lazy("Platform"), value=lambda d: d.platform.name),
        Column("department", gettext_lazy("Department"), value=lambda d: d.department.name if d.department else ""),
        Column("owner", gettext_lazy("Owner"), value=lambda d: d.owner.email if d.owner else ""),
        Column("steward", gettext_lazy("Steward"), value=lambda d: d.steward.email if d.steward else ""),
        Column("region", gettext_lazy("Region"), value=lambda d: d.effective_region),
        Column("criticality", gettext_lazy("Criticality")),
        Column("standing", gettext_lazy("Standing")),
        Column("tags", gettext_lazy("Tags"), value=lambda d: list(d.tags)),
        Column("last_loaded_at", gettext_lazy("Last load")),
        Column("row_count", gettext_lazy("Rows")),
        Column("dropped_at", gettext_lazy("Dropped")),
        Column("updated", gettext_lazy("Changed"), order="updated_at", value=lambda d: d.updated_at),
    )  # fmt: skip
