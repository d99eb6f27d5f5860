from pathlib import Path

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

USE_CASES = (Path(__file__).resolve().parents[1] / "sql" / "use_cases.sql").read_text()


class Migration(migrations.Migration):
    """Who wrote an entry of the register last does not put it into force; decisions notice when a use case ends."""

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("catalog", "0012_seen_as_of"),
        ("inventory", "0006_governed_imports"),
    ]

    operations = [
        migrations.AddField(
            model_name="processingactivity",
            name="last_author",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.RunSQL([(USE_CASES, None)], migrations.RunSQL.noop),
    ]
