"""Finding datasets by words: their own, those of their fields, and the glossary's with its synonyms."""

from __future__ import annotations

from typing import Any

from django.db.models import F, Func, Q, TextField, Value
from django.db.models.functions import Lower

from apps.catalog.models import Dataset, DatasetTerm, Field, FieldTerm, GlossaryTerm

LONGEST = 8


def datasets_matching(datasets: Any, text: str) -> Any:
    """Keep the datasets in which every word occurs: in their text, a field's name, or a term that they carry."""
    for word in text.replace("\x00", "").lower().split()[:LONGEST]:
        datasets = datasets.filter(pk__in=_holding(word))
    return datasets


def _holding(word: str) -> Any:
    """Return the keys of datasets that hold a word somewhere; each part has its index, so they are united, not or-ed."""
    fields = Field.objects.filter(absent_since=None).annotate(lower_path=Lower("path"))
    called = Func(F("synonyms"), Value(" "), function="array_to_string", output_field=TextField())
    terms = GlossaryTerm.objects.annotate(called=called).filter(Q(name__icontains=word) | Q(called__icontains=word))
    return (
        Dataset.objects.filter(search_text__contains=word)
        .order_by()
        .values("pk")
        .union(
            fields.filter(lower_path__contains=word).order_by().values("dataset_id"),
            DatasetTerm.objects.filter(term__in=terms.values("pk")).order_by().values("dataset_id"),
            FieldTerm.objects.filter(term__in=terms.values("pk")).order_by().values("field__dataset_id"),
        )
    )
