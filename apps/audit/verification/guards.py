"""The database's guards, compared with what the code says they are: triggers, their functions, and rights.

The list comes from the migrations and SQL files of this installation, not from the database that is being checked.
"""

from __future__ import annotations

import re
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.utils.translation import gettext as _

from ..governed import AppendOnly, Governed
from ..grants import READ_ONLY_TABLES
from .report import Report

_FUNCTION = re.compile(r"CREATE OR REPLACE FUNCTION (\w+)\s*\(.*?\bAS \$\$(.*?)\$\$", re.DOTALL)

_TRIGGER = re.compile(
    r"CREATE (?:OR REPLACE )?TRIGGER (\w+)\s.*?\sON (\w+)\s.*?EXECUTE FUNCTION (\w+\([^)]*\));", re.DOTALL
)


def check_guards(report: Report) -> None:
    """Report every trigger that is missing or off, every function that was replaced, every right too many."""
    present = _present_triggers()
    for table, trigger, call in _expected_triggers():
        report.guards += 1
        enabled, definition = present.get((table, trigger), ("", ""))
        if not enabled:
            report.add(table, _("The trigger %(trigger)s is missing.") % {"trigger": trigger})
        elif enabled != "A":
            report.add(table, _("The trigger %(trigger)s is not always on.") % {"trigger": trigger})
        elif not definition.endswith(f"EXECUTE FUNCTION {call}"):
            report.add(table, _("The trigger %(trigger)s does not do what the code says.") % {"trigger": trigger})
    _check_functions(report)
    _check_rights(report)


def _expected_triggers() -> list[tuple[str, str, str]]:
    """Return table, trigger and call of every guard that a migration of this code installs; the last word counts."""
    tables = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    found: dict[tuple[str, str], str] = {}
    for _name, migration in sorted(MigrationLoader(None).disk_migrations.items()):
        for operation in migration.operations:
            if isinstance(operation, Governed) and operation.table in tables:
                lists = ", ".join(f"'{','.join(x)}'" for x in (operation.personal, operation.masked, operation.ignored))
                truncate = f"audit_capture_truncate('{operation.subject}')"
                found[operation.table, "audit_capture_truncate"] = truncate
                found[operation.table, "audit_capture_row"] = (
                    f"audit_capture('{operation.subject}', '{operation.pk}', {lists})"
                )
            elif isinstance(operation, AppendOnly) and operation.table in tables:
                found[operation.table, "append_only_row"] = "audit_refuse_change()"
                found[operation.table, "append_only_table"] = "audit_refuse_change()"
    for text in _sql_files():
        for trigger, table, call in _TRIGGER.findall(text):
            if table in tables:
                found[table, trigger] = call
    return [(table, trigger, call) for (table, trigger), call in found.items()]


def _sql_files() -> list[str]:
    """Return the texts of every room's SQL files: its guards and their functions."""
    folders = [Path(configuration.path) / "sql" for configuration in apps.get_app_configs()]
    return [path.read_text() for folder in folders for path in sorted(folder.glob("*.sql"))]


def _present_triggers() -> dict[tuple[str, str], tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, t.tgname, t.tgenabled::text, pg_get_triggerdef(t.oid) FROM pg_trigger t "
            "JOIN pg_class c ON c.oid = t.tgrelid WHERE NOT t.tgisinternal AND c.relnamespace = 'public'::regnamespace"
        )
        return {(table, name): (enabled, definition) for table, name, enabled, definition in cursor.fetchall()}


def _check_functions(report: Report) -> None:
    """Compare the bodies of the database's functions with the SQL files that made them."""
    expected: dict[str, set[str]] = {}
    for text in _sql_files():
        for name, body in _FUNCTION.findall(text):
            expected.setdefault(name, set()).add(body)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND proname = ANY (%s)",
            [list(expected)],
        )
        present = dict(cursor.fetchall())
    for name, bodies in expected.items():
        report.guards += 1
        if present.get(name) not in bodies:
            report.add(_("function %(name)s") % {"name": name}, _("The function is not the one of this version."))


def _check_rights(report: Report) -> None:
    """Find rights of the application's role that would let it write the ledger past its functions."""
    role = settings.APPLICATION_ROLE
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = %s", [role])
        row = cursor.fetchone()
        if row is None:
            report.warnings.append(_("The database role %(role)s does not exist.") % {"role": role})
            return
        if row[0]:
            report.add(role, _("The application's database role is a superuser."))
        cursor.execute(
            "SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relname = ANY (%s) "
            "AND has_table_privilege(%s, c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE, TRIGGER') ORDER BY c.relname",
            [[name for name in READ_ONLY_TABLES if name.startswith("audit_")], role],
        )
        report.guards += 1
        for (table,) in cursor.fetchall():
            report.add(table, _("The application's database role may change this table."))
