from pathlib import Path

from django.db import migrations

GUARDS = (Path(__file__).parent.parent / "sql" / "guards.sql").read_text()


class Migration(migrations.Migration):
    """The guards ask the ledger's function who is signed in; this room's own copy goes."""

    dependencies = [("compliance", "0003_guarded_exceptions"), ("audit", "0005_signed_in")]

    operations = [
        migrations.RunSQL([(GUARDS, None)], migrations.RunSQL.noop),
        migrations.RunSQL("DROP FUNCTION IF EXISTS compliance_signed_in(uuid)", migrations.RunSQL.noop),
    ]
