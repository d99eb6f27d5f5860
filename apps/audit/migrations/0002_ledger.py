from pathlib import Path

from django.db import migrations

from apps.audit.governed import AppendOnly

FUNCTIONS = (Path(__file__).parent.parent / "sql" / "functions.sql").read_text()


class Migration(migrations.Migration):
    """The database's side of the ledger: the clock, the one way in, the row trigger, and what refuses changes."""

    dependencies = [("audit", "0001_initial")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE audit_entry ALTER COLUMN recorded_at SET DEFAULT clock_timestamp()", migrations.RunSQL.noop
        ),
        migrations.RunSQL([(FUNCTIONS, None)], migrations.RunSQL.noop),
        AppendOnly("audit_entry"),
    ]
