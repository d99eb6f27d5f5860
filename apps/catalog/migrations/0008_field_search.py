from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import migrations
from django.db.models.functions import Lower


class Migration(migrations.Migration):
    """Datasets are found by the names of their fields."""

    dependencies = [("catalog", "0007_described_as_of")]

    operations = [
        migrations.AddIndex(
            model_name="field",
            index=GinIndex(OpClass(Lower("path"), name="gin_trgm_ops"), name="catalog_field_search"),
        )
    ]
