"""The facts of a decision about a model call: one cheap statement each time, one more when anything that counts changed.

As in the catalog, each process remembers facts by subject and model, never answers; what it remembers counts only while
the model's `access_version` (raised by triggers) is what it was. Who asks, and where a system is authorised, is read with
every question.
"""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection

from apps.catalog.queries.decisions import moment
from apps.kernel import clock
from apps.registry.rules_pure.call_questions import AskedCall
from apps.registry.rules_pure.calling import Facts, GrantFacts, ModelFacts, Question, SubjectFacts

MOST_REMEMBERED = 50_000

_SYSTEM_STOPPED = (
    "CASE WHEN s.suspended_at IS NOT NULL THEN s.key || ' is suspended.'"
    " WHEN s.merged_into_id IS NOT NULL THEN s.key || ' was merged into another system.'"
    " WHEN s.stage IN ('retired', 'withdrawn', 'rejected') THEN s.key || ' is ' || s.stage || '.' ELSE '' END"
)
# Where a system may run now: by a decision, an exception or two signatures that fit its content of today.
_AUTHORISED = (
    "coalesce((SELECT string_agg(DISTINCT a.environment, ',') FROM inventory_authorisation a WHERE a.system_id = s.id"
    " AND a.environment IN ('pilot', 'production') AND a.revoked_at IS NULL AND a.valid_from <= %s AND a.valid_until > %s"
    " AND a.material_revision = s.material_revision), '')"
)
# A service has no stage of its own: it calls where a system may run that the use case of its grant runs on.
_SERVED = (
    "coalesce((SELECT string_agg(DISTINCT g.use_case_id || ' ' || a.environment, ',') FROM registry_modelgrant g"
    " JOIN inventory_usecasesystem l ON l.use_case_id = g.use_case_id JOIN inventory_aisystem x ON x.id = l.system_id"
    " JOIN inventory_authorisation a ON a.system_id = x.id AND a.environment = g.environment"
    " WHERE g.service_id = s.id AND g.ai_model_id = m.id AND g.environment IN ('pilot', 'production')"
    " AND a.revoked_at IS NULL AND a.valid_from <= %s AND a.valid_until > %s AND a.material_revision = x.material_revision"
    " AND x.suspended_at IS NULL AND x.merged_into_id IS NULL AND x.stage NOT IN ('retired', 'withdrawn', 'rejected')), '')"
)
_STATES = {
    "person": ("accounts_person", "s.name", "CASE WHEN s.is_active THEN '' ELSE 'This person has left.' END", "s.email = lower(%s)"),
    "system": ("inventory_aisystem", "s.key", _SYSTEM_STOPPED, "s.key = upper(%s)"),
    "service": (
        "accounts_serviceidentity", "s.name",
        "CASE WHEN NOT s.is_active THEN s.name || ' is closed.' WHEN NOT (SELECT p.is_active FROM accounts_person p"
        " WHERE p.id = s.owner_id) THEN 'The owner of ' || s.name || ' has left.' ELSE '' END",
        "s.name = %s",
    ),
}  # fmt: skip
# A name that two providers use names neither: ask by key.
_MODELS = {
    "uuid": "SELECT id, access_version FROM registry_aimodel WHERE id = %s",
    "key": "SELECT id, access_version FROM registry_aimodel WHERE key = %s",
    "name": "SELECT min(id::text)::uuid AS id, min(access_version) AS access_version FROM registry_aimodel WHERE name = %s HAVING count(*) = 1",
}
_FACTS = """
SELECT m.key, m.name, coalesce(o.name, d.name, ''),
    (SELECT coalesce(jsonb_object_agg(v.id, jsonb_build_array(v.name, v.artefact_digest, v.snapshot, v.key,
        CASE WHEN v.stage = 'retired' THEN 'It is retired.' WHEN v.retires_on < %(today)s THEN 'Its day to retire has passed.'
        ELSE '' END)), '{{}}') FROM registry_modelversion v WHERE v.ai_model_id = m.id),
    (SELECT coalesce(jsonb_object_agg(a.name, a.model_version_id), '{{}}') FROM registry_modelalias a
     WHERE a.ai_model_id = m.id AND a.ended_at IS NULL),
    (SELECT coalesce(jsonb_agg(jsonb_build_array(g.id, g.key, g.alias, coalesce(g.model_version_id::text, ''), g.environment,
        g.region, g.max_tokens, g.max_temperature::text, coalesce(g.tools, '{{}}'), g.any_tool, g.modalities, g.data_level,
        g.data_categories, g.rate_limit, g.rate_window, g.budget::text, g.budget_period, g.currency, g.purpose,
        g.use_case_id, g.fail_mode, g.tier_granted, coalesce(nullif(c.tier, ''), nullif(c.provisional_tier, ''), 'T1'),
        extract(epoch FROM g.valid_from)::text, extract(epoch FROM g.valid_until)::text,
        g.held_back_at IS NOT NULL, g.revoked_at IS NOT NULL,
        CASE WHEN c.status IN ('refused', 'merged', 'retired') THEN c.key || ' is ' || c.status || '.'
            WHEN c.legal_class = 'prohibited' THEN c.key || ' is a prohibited practice.'
            WHEN g.system_id IS NOT NULL AND NOT EXISTS (SELECT FROM inventory_usecasesystem l
                WHERE l.use_case_id = c.id AND l.system_id = g.system_id) THEN c.key || ' does not run on this system any more.'
            ELSE '' END)), '[]')
     FROM registry_modelgrant g JOIN inventory_usecase c ON c.id = g.use_case_id
     WHERE g.ai_model_id = m.id AND g.{kind}_id = %(subject)s)
FROM registry_aimodel m LEFT JOIN accounts_person o ON o.id = m.owner_id AND o.is_active
LEFT JOIN accounts_department d ON d.id = m.department_id
WHERE m.id = %(model)s
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """What the cheap statement found: who and what is meant, and the mark that remembered facts are compared with."""

    subject: SubjectFacts | None
    model: str
    version: int
    use_case: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """The remembered half of the facts, with the names by which versions are asked for."""

    model: ModelFacts
    names: dict[str, str]
    grants: tuple[GrantFacts, ...]


class Remembered:
    """What one process knows; small, shared by its threads, and only ever right or absent."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], tuple[int, Any, Known]] = {}
        self._lock = threading.Lock()

    def find(self, standing: Standing) -> Known | None:
        """Return what is known if nothing that counts has changed since; a day's turn may retire a version."""
        kept = self._known.get((standing.subject.id, standing.model)) if standing.subject else None
        return kept[2] if kept and kept[:2] == (standing.version, clock.today()) else None

    def keep(self, standing: Standing, known: Known) -> None:
        """Keep facts under the version that was read before them."""
        if standing.subject is None:
            return
        with self._lock:
            if len(self._known) >= MOST_REMEMBERED:
                self._known.clear()
            self._known[standing.subject.id, standing.model] = (standing.version, clock.today(), known)

    def forget(self) -> None:
        """Know nothing."""
        self._known.clear()


remembered = Remembered()


def facts_for(asked: AskedCall) -> tuple[Facts, Question]:
    """Return the facts and the question with its names looked up."""
    standing = read_standing(asked)
    # What an unfinished transaction sees may never have happened: it is neither remembered nor answered from memory.
    remembers = not connection.in_atomic_block
    known = remembered.find(standing) if remembers else None
    if known is None and standing.subject is not None and standing.model:
        known = read_known(standing)
        if remembers and known is not None:
            remembered.keep(standing, known)
    version = asked.version
    if known is not None and version:
        version = known.names.get(version.lower(), version)
    question = Question(
        version=version, alias=asked.alias, environment=asked.environment, region=asked.region, purpose=asked.purpose,
        use_case=standing.use_case, max_tokens=asked.max_tokens, temperature=asked.temperature, tools=asked.tools,
        modalities=asked.modalities, data_level=asked.data_level, data_categories=asked.data_categories,
        cost=asked.cost, purpose_of_grant=asked.purpose_of_grant, grant=asked.grant,
    )  # fmt: skip
    if known is None:
        # Who asks is unknown: of the model no more is told than that there is one.
        return Facts(standing.subject, ModelFacts(standing.model, "") if standing.model else None), question
    return Facts(standing.subject, known.model, known.grants), question


def read_standing(asked: AskedCall) -> Standing:
    """Look up who and what is meant, with their present state, in one statement."""
    table, label, stopped, by_name = _STATES[asked.subject_kind]
    uuid = _uuid(asked.subject)
    authorised, values = "''", []
    if asked.subject_kind != "person":
        authorised = _AUTHORISED if asked.subject_kind == "system" else _SERVED
        values = [clock.now(), clock.now()]
    model, named = _model(asked.model)
    use_case, case_values = _use_case(asked.use_case)
    statement = (
        f"SELECT s.id::text, {label}, {stopped}, {authorised}, m.id::text, m.access_version, {use_case}"
        f" FROM (SELECT) AS one LEFT JOIN {table} s ON {'s.id = %s' if uuid else by_name}"
        f" LEFT JOIN LATERAL ({model}) m ON true"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [*values, *case_values, uuid or asked.subject, named])
        subject, called, state, where, found, version, case = cursor.fetchone()
    who = None
    if subject:
        who = SubjectFacts(
            asked.subject_kind, subject, called or "", state or "", frozenset((where or "").split(",")) - {""}
        )
    return Standing(who, found or "", version or 0, case or "")


def read_known(standing: Standing) -> Known | None:
    """Read the model and every grant of the subject for it in one statement."""
    assert standing.subject is not None  # noqa: S101 - nothing is asked without
    values = {"today": clock.today(), "subject": standing.subject.id, "model": standing.model}
    with connection.cursor() as cursor:
        cursor.execute(_FACTS.format(kind=standing.subject.kind), values)
        row = cursor.fetchone()
    if row is None:
        return None
    key, name, ask, versions, aliases, grants = (
        json.loads(v) if i > 2 and isinstance(v, str) else v for i, v in enumerate(row)
    )
    facts = ModelFacts(standing.model, key, name, ask, {pk: (one[0], one[4]) for pk, one in versions.items()}, aliases)
    names = {str(called).lower(): pk for pk, one in versions.items() for called in (pk, *one[:4]) if called}
    return Known(facts, names, tuple(_grant(one) for one in grants))


def _grant(row: list[Any]) -> GrantFacts:
    (
        pk, key, alias, version, environment, region, tokens, temperature, tools, any_tool, modalities, level, categories,
        rate, window, budget, period, currency, purpose, use_case, mode, tier_then, tier_now, begins, ends, held, revoked,
        stopped,
    ) = row  # fmt: skip
    return GrantFacts(
        id=pk, key=key, alias=alias, version=version, environment=environment, region=region, max_tokens=tokens,
        max_temperature=None if temperature is None else Decimal(temperature), tools=frozenset(tools), any_tool=any_tool,
        modalities=frozenset(modalities), data_level=level, data_categories=frozenset(categories), rate_limit=rate,
        rate_window=window, budget=None if budget is None else Decimal(budget), budget_period=period, currency=currency,
        purpose=purpose, use_case=use_case, fail_mode=mode, tier_granted=tier_then, tier_now=tier_now,
        valid_from=moment(begins), valid_until=moment(ends), held_back=held, revoked=revoked, stopped=stopped,
    )  # fmt: skip


def _uuid(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        return ""


def _model(named: str) -> tuple[str, str]:
    uuid = _uuid(named)
    if uuid:
        return _MODELS["uuid"], uuid
    if named.upper().startswith("MDL-"):
        return _MODELS["key"], named.upper()
    return _MODELS["name"], named


def _use_case(named: str) -> tuple[str, list[str]]:
    """Return how the use case is found; one that is unknown stays as it was written, and no grant is for it."""
    if not named:
        return "''", []
    uuid = _uuid(named)
    if uuid:
        return "%s::text", [uuid]
    return "coalesce((SELECT u.id::text FROM inventory_usecase u WHERE u.key = upper(%s)), %s)", [named, named]
