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
    "inventory_materialchange",
    "django_migrations",
)


def grant_application_role(cursor: CursorWrapper | Any, role: str) -> None:
    """Grant the role what web and workers need; run by the owner after each migration, any number of times."""
    name = '"' + role.replace('"', '""') + '"'
    cursor.execute(f"GRANT USAGE ON SCHEMA public TO {name}")
    cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {name}")
    cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {name}")
    cursor.execute(f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {name}")
    for table in _existing(cursor, READ_ONLY_TABLES + tuple(_append_only_tables(cursor))):
        cursor.execute(f"REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON {table} FROM {name}")


def _append_only_tables(cursor: Any) -> list[str]:
    cursor.execute("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'append_only_sealed'")
    return [row[0] for row in cursor.fetchall()]


def _existing(cursor: Any, tables: tuple[str, ...]) -> list[str]:
    cursor.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND relname = ANY (%s)", [list(tables)])
    return [row[0] for row in cursor.fetchall()]
