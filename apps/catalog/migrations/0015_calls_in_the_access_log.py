from django.db import migrations, models

CALLS = """
ALTER TABLE catalog_accessrecord DROP CONSTRAINT catalog_accessrecord_kind_check;
ALTER TABLE catalog_accessrecord ADD CONSTRAINT catalog_accessrecord_kind_check CHECK (kind IN ('decision', 'read', 'call'));
CREATE INDEX catalog_accessrecord_call ON catalog_accessrecord (dataset_label, at DESC, id) WHERE kind = 'call';
"""


class Migration(migrations.Migration):
    """Decisions about model calls stand in the same log, under the same seals."""

    dependencies = [("catalog", "0014_far_falls")]

    operations = [
        migrations.AlterField(
            model_name="accessrecord",
            name="kind",
            field=models.CharField(
                choices=[("decision", "Decision"), ("read", "Reported read"), ("call", "Call of a model")],
                max_length=8,
                verbose_name="kind",
            ),
        ),
        migrations.AlterField(
            model_name="accessrecord",
            name="action",
            field=models.CharField(
                choices=[
                    ("read", "Read"),
                    ("train", "Train a model on it"),
                    ("write", "Write"),
                    ("invoke", "Call"),
                ],
                max_length=8,
                verbose_name="action",
            ),
        ),
        migrations.RunSQL([(CALLS, None)], migrations.RunSQL.noop),
    ]
