from pathlib import Path

from django.db import migrations

GUARDS = (Path(__file__).parent.parent / "sql" / "selections.sql").read_text()


class Migration(migrations.Migration):
    """A decided selection keeps its table."""

    dependencies = [("registry", "0005_gateways")]

    operations = [migrations.RunSQL([(GUARDS, None)], migrations.RunSQL.noop)]
