from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

INDEX = (Path(__file__).parent.parent / "sql" / "release_versions.sql").read_text()


class Migration(migrations.Migration):
    """Which versions stand in which release, read by a trigger from what was frozen."""

    dependencies = [
        ("inventory", "0008_governed_releases"),
        ("registry", "0002_governed"),
    ]

    operations = [
        migrations.CreateModel(
            name="ReleaseVersion",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "model_version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="release_links",
                        to="registry.modelversion",
                    ),
                ),
                (
                    "release",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="model_links", to="inventory.release"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("release", "model_version"), name="registry_release_version")
                ],
            },
        ),
        migrations.RunSQL([(INDEX, None)], migrations.RunSQL.noop),
    ]
