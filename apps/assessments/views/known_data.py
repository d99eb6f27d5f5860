"""What the catalog knows of the data, beside the question that asks for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.catalog.queries.facts import DataFacts, KnownDataset, data_facts, narrowed
from apps.catalog.tables.datasets import category_badges, level_badge

from ..models import Assessment
from ..rules_pure.questionnaire import Question

# The fact under which policies know which classes of data are worked with.
DATA_FACT = "data"
SHOWN = 20
SOURCES = {
    "declared": _("declared"),
    "observed": _("seen by a tool"),
    "granted": _("granted"),
    "upstream": _("further upstream"),
}


@dataclass(frozen=True, slots=True)
class KnownData:
    """What is shown: the facts, the datasets that the person may know of, and how many they may not."""

    facts: DataFacts
    rows: list[tuple[KnownDataset, Any, Any, str]]
    hidden: int
    more: int

    @property
    def level(self) -> Any:
        """The highest level of what the systems themselves work with."""
        return level_badge(self.facts.level)

    @property
    def categories(self) -> Any:
        """What the law or the trade says of it."""
        return category_badges(list(self.facts.categories))

    def left_out(self, question: Question, value: Any) -> list[str]:
        """Return in the question's words what the catalog knows of and a given answer leaves out."""
        if not isinstance(value, list) or not value:
            return []
        labels = {option.value: option.label for option in question.options}
        return [labels[name] for name in self.facts.not_named_in(value) if name in labels]


def known_data(person: Any, assessment: Assessment, question: Question) -> KnownData | None:
    """Return what the catalog knows of the assessed systems' data; None for other questions, or where it knows nothing."""
    if question.fact != DATA_FACT:
        return None
    system, use_case = assessment.system, assessment.use_case
    facts = data_facts(*([system] if system else use_case.systems.all() if use_case else []))
    if not facts.datasets:
        return None
    seen, hidden = narrowed(facts, person)
    rows = [
        (one, level_badge(one.dataset.level), category_badges(one.dataset.categories), _sources(one))
        for one in seen[:SHOWN]
    ]
    return KnownData(facts, rows, hidden, max(0, len(seen) - SHOWN))


def _sources(one: KnownDataset) -> str:
    return ", ".join(str(SOURCES[name]) for name in SOURCES if name in one.sources)
