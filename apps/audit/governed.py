"""Migration operations that put a table under the ledger's eye, and sequences behind human keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.migrations.operations.base import Operation

from apps.kernel.identifiers import sequence_name


class Governed(Operation):
    """Record every change of a table's rows as ledger entries, whoever makes it and by whatever route.

    `subject` is the ledger's type name; `personal` columns are committed to, their text kept erasable; `masked` columns
    are recorded as changed without any value; `ignored` columns (caches) are not recorded.
    """

    reduces_to_sql = True
    reversible = True

    def __init__(
        self,
        table: str,
        subject: str,
        *,
        pk: str = "id",
        personal: Sequence[str] = (),
        masked: Sequence[str] = (),
        ignored: Sequence[str] = (),
    ) -> None:
        self.table, self.subject, self.pk = table, subject, pk
        self.personal, self.masked, self.ignored = tuple(personal), tuple(masked), tuple(ignored)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return (
            type(self).__name__,
            [self.table, self.subject],
            {"pk": self.pk, "personal": self.personal, "masked": self.masked, "ignored": self.ignored},
        )

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Change nothing in the models' state."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        lists = ", ".join(f"'{','.join(names)}'" for names in (self.personal, self.masked, self.ignored))
        table = schema_editor.quote_name(self.table)
        self.database_backwards(app_label, schema_editor, from_state, to_state)
        schema_editor.execute(
            f"CREATE TRIGGER audit_capture_row AFTER INSERT OR UPDATE OR DELETE ON {table} FOR EACH ROW "
            f"EXECUTE FUNCTION audit_capture('{self.subject}', '{self.pk}', {lists})"
        )
        schema_editor.execute(
            f"CREATE TRIGGER audit_capture_truncate AFTER TRUNCATE ON {table} FOR EACH STATEMENT "
            f"EXECUTE FUNCTION audit_capture_truncate('{self.subject}')"
        )
        for name in ("audit_capture_row", "audit_capture_truncate"):
            schema_editor.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        table = schema_editor.quote_name(self.table)
        for name in ("audit_capture_row", "audit_capture_truncate"):
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {name} ON {table}")

    def describe(self) -> str:
        return f"Record every change of {self.table} in the ledger"


class AppendOnly(Operation):
    """Refuse UPDATE, DELETE and TRUNCATE on a table to everybody's ordinary SQL, its owner's included."""

    reduces_to_sql = True
    reversible = True

    def __init__(self, table: str) -> None:
        self.table = table

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__name__, [self.table], {}

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Change nothing in the models' state."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        table = schema_editor.quote_name(self.table)
        self.database_backwards(app_label, schema_editor, from_state, to_state)
        schema_editor.execute(
            f"CREATE TRIGGER append_only_row BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW "
            "EXECUTE FUNCTION audit_refuse_change()"
        )
        schema_editor.execute(
            f"CREATE TRIGGER append_only_table BEFORE TRUNCATE ON {table} FOR EACH STATEMENT "
            "EXECUTE FUNCTION audit_refuse_change()"
        )
        for name in ("append_only_row", "append_only_table"):
            schema_editor.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        table = schema_editor.quote_name(self.table)
        for name in ("append_only_row", "append_only_table"):
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {name} ON {table}")

    def describe(self) -> str:
        return f"Make {self.table} append-only"


class Numbered(Operation):
    """Create the sequence behind the human keys of a prefix, such as AIS-0001."""

    reduces_to_sql = True
    reversible = True

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__name__, [self.prefix], {}

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Change nothing in the models' state."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        schema_editor.execute(f"CREATE SEQUENCE IF NOT EXISTS {sequence_name(self.prefix)}")

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        schema_editor.execute(f"DROP SEQUENCE IF EXISTS {sequence_name(self.prefix)}")

    def describe(self) -> str:
        return f"Number the {self.prefix} keys"


def installing(schema_editor: Any) -> None:
    """Name the installation as the author of what the present migration writes into governed tables."""
    schema_editor.execute(
        "SELECT set_config('gatehouse.context', "
        """'{"actor_kind": "system", "actor_id": "installation", "event": "audit.installation.written", "origin": "migration"}', """
        "true)"
    )
