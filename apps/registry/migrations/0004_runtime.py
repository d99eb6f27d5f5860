from pathlib import Path

from django.db import migrations

RUNTIME = (Path(__file__).parent.parent / "sql" / "runtime.sql").read_text()


class Migration(migrations.Migration):
    """Remembered facts about model calls are compared with a number that use cases raise too."""

    dependencies = [("registry", "0003_release_versions"), ("catalog", "0015_calls_in_the_access_log")]

    operations = [migrations.RunSQL([(RUNTIME, None)], migrations.RunSQL.noop)]
