from pathlib import Path

from django.db import migrations

CATALOG = (Path(__file__).resolve().parents[1] / "sql" / "catalog.sql").read_text()


class Migration(migrations.Migration):
    """A refusal names whom to ask: what is remembered of it ends when that is somebody else, or they leave."""

    dependencies = [("catalog", "0016_grant_spells")]

    operations = [migrations.RunSQL([(CATALOG, None)], migrations.RunSQL.noop)]
