"""What carries a word or a master-data entity, as far as a person may know of it."""

from __future__ import annotations

from typing import Any

from django.db.models import CharField, Count, F, Func, IntegerField, OuterRef, Q, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Coalesce, Lower

from apps.catalog.models import Dataset, Field, GlossaryTerm, TermRelation, TermRelationKind
from apps.kernel import narrowing


def _plain(expression: Any) -> Func:
    """Return a name without case and separators, as `rules_pure.masterdata.normalised` does."""
    return Func(
        Lower(expression),
        Value("[^a-z0-9]"),
        Value(""),
        Value("g"),
        function="regexp_replace",
        output_field=CharField(),
    )


def misaligned_fields() -> QuerySet[Field]:
    """Return fields that hold an entity's identifier under another name than the entity's; absent ones left out."""
    last_part = Func(F("path"), Value(r"^.*\."), Value(""), function="regexp_replace", output_field=CharField())
    expected = _plain(F("master_entity__identifier"))
    carrying = Field.objects.filter(absent_since=None, master_entity__isnull=False, dataset__dropped_at=None)
    carrying = carrying.annotate(whole=_plain(F("path")), part=_plain(last_part), expected=expected)
    return carrying.exclude(Q(whole=F("expected")) | Q(part=F("expected")))


def _counted(rows: Any, of: str = "pk") -> Coalesce:
    counted = rows.filter(master_entity=OuterRef("pk")).order_by().values("master_entity")
    return Coalesce(Subquery(counted.annotate(number=Count(of)).values("number")), 0, output_field=IntegerField())


def with_carriers(entities: Any, person: Any) -> Any:
    """Count, for each entity, the datasets and fields that carry it and those under another name; one statement."""
    seen = narrowing.keys_visible(person, Dataset)
    return entities.annotate(
        dataset_count=_counted(Dataset.objects.filter(pk__in=seen, dropped_at=None)),
        field_count=_counted(Field.objects.filter(dataset__in=seen, absent_since=None, dataset__dropped_at=None)),
        misaligned_count=_counted(misaligned_fields().filter(dataset__in=seen)),
    )


def fields_seen(person: Any) -> QuerySet[Field]:
    """Return the fields of datasets that a person may know of, with their datasets."""
    current = Dataset.objects.visible_to(person).current()
    return Field.objects.filter(dataset__in=current, absent_since=None).select_related("dataset", "dataset__platform")


def terms_matching(terms: Any, text: str) -> Any:
    """Keep the terms in which every word occurs: in the name, the meaning or a synonym."""
    joined = Func(F("synonyms"), Value(" "), function="array_to_string", output_field=TextField())
    terms = terms.annotate(also_called=joined)
    for word in text.replace("\x00", "").split()[:8]:
        terms = terms.filter(Q(name__icontains=word) | Q(definition__icontains=word) | Q(also_called__icontains=word))
    return terms


def relations_of(term: GlossaryTerm) -> dict[str, list[tuple[GlossaryTerm, TermRelation]]]:
    """Return what belongs to a term, from both sides: broader, narrower and related terms with the relation; one statement."""
    found: dict[str, list[tuple[GlossaryTerm, TermRelation]]] = {"broader": [], "narrower": [], "related": []}
    rows = TermRelation.objects.filter(Q(term=term) | Q(other=term)).select_related("term", "other")
    for relation in rows:
        mine = relation.term_id == term.pk
        side = "related" if relation.kind == TermRelationKind.RELATED else "broader" if mine else "narrower"
        found[side].append((relation.other if mine else relation.term, relation))
    for rows_of_kind in found.values():
        rows_of_kind.sort(key=lambda pair: pair[0].name.lower())
    return found


def words_known() -> dict[str, list[GlossaryTerm]]:
    """Return every name and synonym in lower case with the terms that bear it; one statement."""
    found: dict[str, list[GlossaryTerm]] = {}
    for term in GlossaryTerm.objects.all():
        for word in {term.name.lower(), *(synonym.lower() for synonym in term.synonyms)}:
            found.setdefault(word, []).append(term)
    return found


def named_term(known: dict[str, list[GlossaryTerm]], word: str) -> list[GlossaryTerm]:
    """Return the terms that a word may mean: the one of that name, else those with that synonym."""
    candidates = known.get(word.strip().lower(), [])
    exact = [term for term in candidates if term.name.lower() == word.strip().lower()]
    return exact or candidates
