from pathlib import Path

from django.db import migrations

FUNCTIONS = (Path(__file__).parent.parent / "sql" / "functions.sql").read_text()


class Migration(migrations.Migration):
    """Entries of changed rows come from those rows alone; the functions are laid down anew."""

    dependencies = [("audit", "0003_sealing")]

    operations = [migrations.RunSQL([(FUNCTIONS, None)], migrations.RunSQL.noop)]
