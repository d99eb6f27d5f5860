from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

GUARDS = (Path(__file__).parent.parent / "sql" / "releases.sql").read_text()


class Migration(migrations.Migration):
    """A review is about a release, where its system has one."""

    dependencies = [
        ("gates", "0005_signed_in"),
        ("inventory", "0007_releases"),
    ]

    operations = [
        migrations.AddField(
            model_name="review",
            name="release",
            field=models.ForeignKey(
                blank=True,
                help_text="What was frozen.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reviews",
                to="inventory.release",
            ),
        ),
        migrations.RunSQL([(GUARDS, None)], migrations.RunSQL.noop),
    ]
