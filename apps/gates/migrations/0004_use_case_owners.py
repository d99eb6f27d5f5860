from pathlib import Path

from django.db import migrations

HAND_IN = (Path(__file__).parent.parent / "sql" / "hand_in.sql").read_text()


class Migration(migrations.Migration):
    """Whoever answers for a use case of a system has a hand in it, also where the database asks."""

    dependencies = [("gates", "0003_policy"), ("inventory", "0002_governed")]

    operations = [migrations.RunSQL([(HAND_IN, None)], migrations.RunSQL.noop)]
