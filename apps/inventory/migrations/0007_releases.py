import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import apps.kernel.clock
import apps.kernel.identifiers


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0006_governed_imports"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Release",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=apps.kernel.identifiers.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("key", models.CharField(max_length=20, unique=True)),
                ("number", models.PositiveIntegerField()),
                (
                    "name",
                    models.CharField(
                        blank=True, help_text="As the pipeline calls it.", max_length=120, verbose_name="name"
                    ),
                ),
                ("notes", models.TextField(blank=True, verbose_name="what is new")),
                ("content", models.BinaryField()),
                ("digest", models.CharField(max_length=64)),
                ("frozen_at", models.DateTimeField(default=apps.kernel.clock.now)),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_reason", models.TextField(blank=True)),
                (
                    "frozen_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "system",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="releases", to="inventory.aisystem"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("system", "number"), name="inventory_release_number"),
                    models.UniqueConstraint(fields=("system", "digest"), name="inventory_release_once"),
                ],
                "indexes": [models.Index(fields=["digest"], name="inventory_r_digest_764715_idx")],
                "verbose_name": "release",
                "ordering": ["-frozen_at", "-id"],
            },
        ),
        migrations.AddField(
            model_name="authorisation",
            name="release",
            field=models.ForeignKey(
                blank=True,
                help_text="What may be deployed under it; empty: decided before the system had releases.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="authorisations",
                to="inventory.release",
            ),
        ),
    ]
