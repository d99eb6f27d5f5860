from django.db import migrations, models

from apps.audit.governed import installing

MATERIAL = ("dataset_id", "use_case_id", "action", "ended_at")
TRIGGER = """
CREATE TRIGGER inventory_material AFTER INSERT OR UPDATE OR DELETE ON catalog_datasetuse
    FOR EACH ROW EXECUTE FUNCTION inventory_child_material('system_id');
ALTER TABLE catalog_datasetuse ENABLE ALWAYS TRIGGER inventory_material;
"""


def fill(apps, schema_editor):
    installing(schema_editor)
    material = apps.get_model("inventory", "MaterialField")
    material.objects.bulk_create(
        material(table_name="catalog_datasetuse", column_name=column, label="Data it works with") for column in MATERIAL
    )


class Migration(migrations.Migration):
    """A system that works with other data is another system: what was approved becomes stale. Words have versions."""

    dependencies = [("catalog", "0004_request_renews_grant"), ("inventory", "0003_policy")]

    operations = [
        migrations.AddField(
            model_name="glossaryterm",
            name="version",
            field=models.PositiveIntegerField(default=1, help_text="For compare-and-set by the edit form."),
        ),
        migrations.AddField(
            model_name="masterentity",
            name="version",
            field=models.PositiveIntegerField(default=1, help_text="For compare-and-set by the edit form."),
        ),
        migrations.RunSQL([(TRIGGER, None)], migrations.RunSQL.noop),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
