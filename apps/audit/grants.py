"""What the application's database role may do: everything a portal needs, and nothing on the ledger but reading."""

from __future__ import annotations

from typing import Any

from django.db.backends.utils import CursorWrapper

# Written by functions that run as their owner; the application role only reads them.
READ_ONLY_TABLES = (
    "audit_entry",
    "audit_personaltext",
    "audit_installation",
    "audit_leaf",
    "audit_subtreeroot",
    "audit_checkpoint",
    "audit_sealedupto",
    # What a database guard goes by: which fields are material, which step needs which gate.
    "inventory_materialchange",
    "inventory_materialfield",
    "inventory_stagetransition",
    "django_migrations",
)


def grant_application_role(cursor: CursorWrapper | Any, role: str) -> None:
    """Grant the role what web and workers need; run by the owner after each migration, any number of times."""
    name = '"' + role.replace('"', '""') + '"'
    cursor.execute(f"GRANT USAGE ON SCHEMA public TO {name}")
    cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {name}")
    cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {name}")
    cursor.execute(f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {name}")
    for function in _kept_from_callers(cursor):
        cursor.execute(f"REVOKE EXECUTE ON FUNCTION {function} FROM PUBLIC, {name}")
    for table in _existing(cursor, READ_ONLY_TABLES + tuple(_append_only_tables(cursor))):
        cursor.execute(f"REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON {table} FROM {name}")
    for table in _append_only_tables(cursor, "append_only_row"):
        cursor.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {name}")


def _kept_from_callers(cursor: Any) -> list[str]:
    """Return the functions that only triggers call: on a table of its own the role could make them record anything."""
    cursor.execute(
        "SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_roles r ON r.oid = p.proowner "
        "WHERE p.pronamespace = 'public'::regnamespace AND r.rolname = current_user "
        "AND (p.prorettype = 'trigger'::regtype OR p.proname = 'inventory_note_material')"
    )
    return [row[0] for row in cursor.fetchall()]


def _append_only_tables(cursor: Any, trigger: str = "append_only_sealed") -> list[str]:
    cursor.execute("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = %s", [trigger])
    return [row[0] for row in cursor.fetchall()]


def _existing(cursor: Any, tables: tuple[str, ...]) -> list[str]:
    cursor.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND relname = ANY (%s)", [list(tables)])
    return [row[0] for row in cursor.fetchall()]
