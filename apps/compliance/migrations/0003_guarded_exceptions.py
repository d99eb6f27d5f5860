from pathlib import Path

from django.db import migrations

GUARDS = (Path(__file__).parent.parent / "sql" / "guards.sql").read_text()


class Migration(migrations.Migration):
    """Nobody grants an exception past the portal: also the database asks for two people who are signed in."""

    dependencies = [("compliance", "0002_governed")]

    operations = [migrations.RunSQL([(GUARDS, None)], migrations.RunSQL.noop)]
