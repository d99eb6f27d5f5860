"""The set-wise engine: one statement a rule, whatever the number of records; what is stored is changes, not results."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import CharField, F, UUIDField, Value
from django.db.models.functions import Cast

from apps.kernel import clock
from apps.kernel.rules import Rule

NOTHING = "SELECT NULL::text AS rule_subject, NULL::varchar AS rule_explanation, NULL::uuid AS rule_owner WHERE false"
# `failing` is computed once; findings are opened, closed, re-explained and waived against it in the same statement.
STATEMENT = """
WITH failing AS MATERIALIZED (
    SELECT rule_subject::text AS subject_id, rule_explanation AS explanation, rule_owner::text::uuid AS owner FROM ({failing}) AS q
), waived AS MATERIALIZED (
    SELECT DISTINCT subject_id FROM compliance_policyexception
    WHERE status = 'granted' AND until > %(now)s AND subject_type = %(subject)s AND concerns = %(rule)s
), standing AS MATERIALIZED (
    SELECT id, subject_id, status, explanation, owner_id FROM compliance_finding
    WHERE rule_id = %(rule)s AND subject_type = %(subject)s AND status <> 'closed' {scope}
), settled AS MATERIALIZED (
    SELECT subject_id FROM compliance_finding WHERE rule_id = %(rule)s AND subject_type = %(subject)s AND settled
), opened AS (
    INSERT INTO compliance_finding
        (id, key, rule_id, subject_type, subject_id, severity, title, explanation, source, owner_id, status, remedy,
         opened_at, due_at, settled)
    SELECT gen_random_uuid(), 'FND-' || lpad(number::text, greatest(4, length(number::text)), '0'), %(rule)s, %(subject)s,
        subject_id, %(severity)s, %(title)s, explanation, %(source)s, owner,
        CASE WHEN subject_id IN (SELECT subject_id FROM waived) THEN 'waived' ELSE 'open' END, '', %(now)s, %(due)s, false
    FROM (SELECT *, nextval('gatehouse_fnd_number') AS number FROM failing
          WHERE subject_id NOT IN (SELECT subject_id FROM standing)
            AND subject_id NOT IN (SELECT subject_id FROM settled)) AS fresh
    ON CONFLICT DO NOTHING RETURNING 1
), closed AS (
    UPDATE compliance_finding AS f SET status = 'closed', closed_at = %(now)s
    FROM standing WHERE f.id = standing.id AND standing.subject_id NOT IN (SELECT subject_id FROM failing) RETURNING 1
), changed AS (
    UPDATE compliance_finding AS f SET explanation = failing.explanation, owner_id = coalesce(failing.owner, f.owner_id),
        status = CASE WHEN waived.subject_id IS NOT NULL THEN 'waived' WHEN f.status = 'waived' THEN 'open' ELSE f.status END
    FROM standing JOIN failing USING (subject_id) LEFT JOIN waived USING (subject_id)
    WHERE f.id = standing.id AND (standing.explanation IS DISTINCT FROM failing.explanation
        OR (failing.owner IS NOT NULL AND failing.owner IS DISTINCT FROM standing.owner_id)
        OR (waived.subject_id IS NOT NULL) <> (standing.status = 'waived')) RETURNING 1
)
SELECT (SELECT count(*) FROM opened), (SELECT count(*) FROM closed), (SELECT count(*) FROM changed)
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many findings a rule opened, closed and changed."""

    opened: int
    closed: int
    changed: int


def failing_rows(rule: Rule, subject_id: str | None = None) -> Any:
    """Return the rule's failing subjects as rows of key, explanation and owner; of one subject if given."""
    queryset = rule.failing().order_by()
    if subject_id is not None:
        queryset = queryset.filter(pk=subject_id)
    names = set(queryset.query.annotations)
    explanation = Cast(F("explanation"), CharField()) if "explanation" in names else Value("", CharField())
    owner = F("finding_owner") if "finding_owner" in names else Value(None, UUIDField())
    return queryset.annotate(rule_subject=F("pk"), rule_explanation=explanation, rule_owner=owner).values(
        "rule_subject", "rule_explanation", "rule_owner"
    )


def evaluate(rule: Rule, subject_id: str | None = None) -> Outcome:
    """Bring the findings of one rule up to date, for all subjects or for one; one statement."""
    try:
        sql, params = failing_rows(rule, subject_id).query.sql_with_params()
    except EmptyResultSet:
        # Known without asking the database, as for `pk__in=[]`: nothing fails, and what stood is closed.
        sql, params = NOTHING, ()
    values = {
        "now": clock.now(),
        "due": clock.now() + timedelta(days=rule.due_days),
        "rule": rule.id,
        "subject": rule.subject,
        "severity": str(rule.severity),
        "title": str(rule.title),
        "source": rule.source,
        "only": subject_id,
    }
    values |= {f"p{index}": value for index, value in enumerate(params)}
    failing = sql % tuple(f"%(p{index})s" for index in range(len(params)))
    scope = "AND subject_id = %(only)s" if subject_id is not None else ""
    with connection.cursor() as cursor:
        cursor.execute(STATEMENT.format(failing=failing, scope=scope), values)
        return Outcome(*cursor.fetchone())
