"""The facts of a decision: one cheap statement each time, one more when anything that counts has changed.

Each process remembers facts by subject and dataset, never answers. What it remembers counts only while the dataset's
`access_version` (raised by triggers) and the subject's state are what they were; both are read with every question.
The version is read before the facts, so that facts are never older than the version they are kept under.
"""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection

from apps.catalog.rules_pure.asking import Asked
from apps.catalog.rules_pure.deciding import DatasetFacts, Facts, GrantFacts, Question, SubjectFacts
from apps.catalog.rules_pure.fitting import ActivityTerms

MOST_REMEMBERED = 50_000

_STATES = {
    "person": (
        "accounts_person",
        "''",
        "CASE WHEN s.is_active THEN '' ELSE 'This person has left.' END",
        {"uuid": "s.id = %s", "name": "s.email = lower(%s)"},
    ),
    "system": (
        "inventory_aisystem",
        "s.key",
        "CASE WHEN s.suspended_at IS NOT NULL THEN s.key || ' is suspended.'"
        " WHEN s.merged_into_id IS NOT NULL THEN s.key || ' was merged into another system.'"
        " WHEN s.stage IN ('retired', 'withdrawn', 'rejected') THEN s.key || ' is ' || s.stage || '.' ELSE '' END",
        {"uuid": "s.id = %s", "name": "s.key = upper(%s)"},
    ),
    "service": (
        "accounts_serviceidentity",
        "s.name",
        "CASE WHEN NOT s.is_active THEN s.name || ' is closed.' WHEN NOT (SELECT p.is_active FROM accounts_person p"
        " WHERE p.id = s.owner_id) THEN 'The owner of ' || s.name || ' has left.' ELSE '' END",
        {"uuid": "s.id = %s", "name": "s.name = %s"},
    ),
}
_DATASETS = {
    "uuid": "SELECT id, access_version FROM catalog_dataset WHERE id = %s",
    "key": "SELECT id, access_version FROM catalog_dataset WHERE key = upper(%s)",
    "name": (
        "SELECT id, access_version FROM catalog_dataset WHERE id = coalesce("
        "(SELECT id FROM catalog_dataset WHERE namespace = %s AND name = %s),"
        "(SELECT dataset_id FROM catalog_datasetname WHERE namespace = %s AND name = %s))"
    ),
}
_FACTS = """
SELECT d.id::text, d.key, d.level, d.categories, d.dropped_at IS NOT NULL, coalesce(nullif(d.region, ''), p.region),
    coalesce(steward.name, owner.name, ''),
    (SELECT coalesce(jsonb_agg(jsonb_build_array(g.id, g.key, g.actions, g.fields, g.purpose, coalesce(g.use_case_id::text, ''),
        g.region, g.level_granted, extract(epoch FROM g.valid_from)::text, extract(epoch FROM g.valid_until)::text,
        g.held_back_at IS NOT NULL, g.revoked_at IS NOT NULL, g.rate_per_hour, g.fail_mode,
        coalesce((SELECT CASE WHEN c.status IN ('refused', 'merged', 'retired') THEN c.key || ' is ' || c.status || '.'
            WHEN g.system_id IS NOT NULL AND NOT EXISTS (SELECT FROM inventory_usecasesystem l
                WHERE l.use_case_id = c.id AND l.system_id = g.system_id) THEN c.key || ' does not run on this system any more.'
            ELSE '' END FROM inventory_usecase c WHERE c.id = g.use_case_id), ''),
        CASE WHEN a.id IS NULL THEN NULL ELSE jsonb_build_array(a.key, a.status, a.purpose_codes, a.actions,
            a.data_categories, a.lawful_basis, a.special_category_condition, a.impact_assessment, a.regions,
            EXISTS (SELECT FROM catalog_processingactivity_datasets n WHERE n.processingactivity_id = a.id),
            EXISTS (SELECT FROM catalog_processingactivity_datasets n
                WHERE n.processingactivity_id = a.id AND n.dataset_id = d.id),
            (SELECT coalesce(jsonb_agg(u.usecase_id), '[]') FROM catalog_processingactivity_use_cases u
                WHERE u.processingactivity_id = a.id)) END)), '[]')
     FROM catalog_datagrant g LEFT JOIN catalog_processingactivity a ON a.id = g.activity_id
     WHERE g.dataset_id = d.id AND g.{kind}_id = %s)
FROM catalog_dataset d JOIN catalog_platform p ON p.id = d.platform_id
LEFT JOIN accounts_person steward ON steward.id = d.steward_id AND steward.is_active
LEFT JOIN accounts_person owner ON owner.id = d.owner_id AND owner.is_active
WHERE d.id = ANY (%s::uuid[])
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """What the cheap statement found: who and what is meant, and the marks that remembered facts are compared with."""

    subject: SubjectFacts | None
    dataset: str
    version: int
    use_case: str = ""


class Remembered:
    """What one process knows; small, shared by its threads, and only ever right or absent."""

    def __init__(self) -> None:
        self._facts: dict[tuple[str, str], tuple[int, DatasetFacts, tuple[GrantFacts, ...]]] = {}
        self._lock = threading.Lock()

    def find(self, standing: Standing) -> Facts | None:
        """Return the facts if nothing that counts has changed since."""
        subject = standing.subject
        kept = self._facts.get((subject.id, standing.dataset)) if subject else None
        return Facts(subject, kept[1], kept[2]) if kept and kept[0] == standing.version else None

    def keep(self, standing: Standing, facts: Facts) -> None:
        """Keep facts under the version that was read before them."""
        if facts.subject is None or facts.dataset is None:
            return
        with self._lock:
            if len(self._facts) >= MOST_REMEMBERED:
                self._facts.clear()
            self._facts[(facts.subject.id, standing.dataset)] = (standing.version, facts.dataset, facts.grants)

    def forget(self) -> None:
        """Know nothing."""
        self._facts.clear()


remembered = Remembered()


def facts_for(asked: Asked) -> tuple[Facts, Question]:
    """Return the facts and the question with its names looked up."""
    standing = read_standing(asked)
    question = Question(asked.action, asked.purpose, standing.use_case, asked.region, asked.fields)
    # What an unfinished transaction sees may never have happened: it is neither remembered nor answered from memory.
    remembers = not connection.in_atomic_block
    facts = remembered.find(standing) if remembers else None
    if facts is None:
        facts = read_facts(standing)
        if remembers:
            remembered.keep(standing, facts)
    return facts, question


def read_standing(asked: Asked) -> Standing:
    """Look up who and what is meant, with their present state, in one statement."""
    table, label, stopped, ways = _STATES[asked.subject_kind]
    by = "uuid" if _is_uuid(asked.subject) else "name"
    named = str(UUID(asked.subject)) if by == "uuid" else asked.subject
    dataset, dataset_values = _dataset(asked.dataset)
    use_case, case_values = _use_case(asked.use_case)
    statement = (
        f"SELECT s.id::text, {label}, {stopped}, d.id::text, d.access_version, {use_case} FROM (SELECT) AS one "
        f"LEFT JOIN {table} s ON {ways[by]} LEFT JOIN LATERAL ({dataset}) d ON true"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [*case_values, named, *dataset_values])
        subject, called, state, found, version, case = cursor.fetchone()
    who = SubjectFacts(asked.subject_kind, subject, called or "", state or "") if subject else None
    return Standing(who, found or "", version or 0, case or "")


def read_facts(standing: Standing) -> Facts:
    """Read the dataset and every grant of the subject on it, with the entries that they stand on, in one statement."""
    if standing.subject is None or not standing.dataset:
        return Facts(standing.subject, _unread(standing))
    found = facts_about(standing.subject, [standing.dataset])
    return found.get(standing.dataset, Facts(standing.subject, None))


def facts_about(subject: SubjectFacts, datasets: list[str]) -> dict[str, Facts]:
    """Read what `read_facts` reads of several datasets, by their ids, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_FACTS.format(kind=subject.kind), [subject.id, datasets])
        return {row[0]: _facts(subject, *row) for row in cursor.fetchall()}


def _facts(subject: SubjectFacts, pk: str, *row: Any) -> Facts:
    key, level, categories, dropped, region, ask, grants = row
    dataset = DatasetFacts(pk, key, level, frozenset(categories), region or "", dropped, ask)
    return Facts(subject, dataset, tuple(_grant(one, pk) for one in _document(grants)))


def moment(epoch: str) -> datetime:
    """Return a moment from PostgreSQL's seconds, to the microsecond."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(Decimal(epoch) * 1_000_000))


def _unread(standing: Standing) -> DatasetFacts | None:
    return DatasetFacts(standing.dataset, "") if standing.dataset else None


def _document(value: Any) -> list[Any]:
    return json.loads(value) if isinstance(value, str) else value


def _grant(row: list[Any], dataset: str) -> GrantFacts:
    (
        pk,
        key,
        actions,
        fields,
        purpose,
        use_case,
        region,
        level,
        begins,
        ends,
        held,
        revoked,
        rate,
        mode,
        stopped,
        entry,
    ) = row
    return GrantFacts(
        pk, key, frozenset(actions), frozenset(fields), purpose, use_case, region, level, moment(begins), moment(ends),
        held, revoked, rate, mode, _activity(entry, dataset) if entry else None, stopped,
    )  # fmt: skip


def _activity(row: list[Any], dataset: str) -> ActivityTerms:
    key, status, purposes, actions, categories, basis, condition, assessment, regions, named, covers, cases = row
    return ActivityTerms(
        key=key,
        status=status,
        purposes=frozenset(purposes),
        actions=frozenset(actions),
        categories=frozenset(categories),
        lawful_basis=basis,
        special_category_condition=condition,
        impact_assessment=assessment,
        regions=frozenset(regions),
        # Of all the datasets that an entry names, only this one matters here.
        datasets=frozenset({dataset} if covers else {"another"} if named else ()),
        use_cases=frozenset(cases),
    )


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _dataset(named: str) -> tuple[str, list[str]]:
    if _is_uuid(named):
        return _DATASETS["uuid"], [str(UUID(named))]
    namespace, space, name = named.partition(" ")
    if space:
        return _DATASETS["name"], [namespace, name, namespace, name]
    return _DATASETS["key"], [named]


def _use_case(named: str) -> tuple[str, list[str]]:
    """Return how the use case is found; one that is unknown stays as it was written, and no grant is for it."""
    if not named:
        return "''", []
    if _is_uuid(named):
        return "%s", [str(UUID(named))]
    return "coalesce((SELECT u.id::text FROM inventory_usecase u WHERE u.key = upper(%s)), %s)", [named, named]
