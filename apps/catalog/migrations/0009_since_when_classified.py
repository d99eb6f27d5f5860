import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    """Since when a field has its suggestion and what lineage carries, how sure a suggestion is, and by which rules."""

    dependencies = [("catalog", "0008_field_search")]

    operations = [
        migrations.AddField("field", "carried_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("field", "suggested_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("field", "suggested_confidence", models.PositiveSmallIntegerField(default=0)),
        migrations.AddField(
            "field",
            "suggested_rules",
            django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=60), blank=True, default=list, size=None
            ),
        ),
        migrations.AddIndex(
            "field",
            models.Index(fields=["dataset"], condition=models.Q(confirmed_level=""), name="catalog_field_unconfirmed"),
        ),
    ]
