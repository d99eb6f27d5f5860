import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import apps.kernel.identifiers
from apps.audit.governed import AppendOnly, Governed


class Migration(migrations.Migration):
    """Reads that are reported late are judged by what a grant was when they happened."""

    dependencies = [("catalog", "0015_calls_in_the_access_log")]

    operations = [
        migrations.CreateModel(
            name="GrantSpell",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=apps.kernel.identifiers.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("began_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField()),
                ("held_back", models.BooleanField()),
                (
                    "fields",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=500),
                        blank=True,
                        default=list,
                        size=None,
                        help_text="What it covered, unless it was held back.",
                    ),
                ),
                (
                    "grant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="spells", to="catalog.datagrant"
                    ),
                ),
            ],
            options={"ordering": ["began_at"]},
        ),
        Governed("catalog_grantspell", "catalog.grant_spell"),
        AppendOnly("catalog_grantspell"),
    ]
