import django.contrib.postgres.fields
from django.db import migrations, models

from apps.audit.governed import installing


def remember(apps, schema_editor):
    """Begin with whoever wrote last in what waits to be read."""
    installing(schema_editor)
    for one in apps.get_model("catalog", "ProcessingActivity").objects.filter(status="draft"):
        if one.last_author_id:
            one.written_by = [one.last_author_id]
            one.save(update_fields=["written_by"])


class Migration(migrations.Migration):
    """Nobody puts into force what they wrote in, also when somebody else corrected it afterwards."""

    dependencies = [("catalog", "0017_whom_to_ask")]

    operations = [
        migrations.AddField(
            model_name="processingactivity",
            name="written_by",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.UUIDField(),
                blank=True,
                default=list,
                help_text="Everybody who wrote in it since somebody else put it into force.",
                size=None,
            ),
        ),
        migrations.RunPython(remember, migrations.RunPython.noop),
    ]
