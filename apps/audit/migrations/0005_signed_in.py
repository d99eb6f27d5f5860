from pathlib import Path

from django.db import migrations

FUNCTIONS = (Path(__file__).parent.parent / "sql" / "functions.sql").read_text()


class Migration(migrations.Migration):
    """One function says whether a transaction runs for a signed-in person; the guards of every room ask it."""

    dependencies = [("audit", "0004_no_invented_changes")]

    operations = [migrations.RunSQL([(FUNCTIONS, None)], migrations.RunSQL.noop)]
