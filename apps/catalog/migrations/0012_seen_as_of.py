from django.db import migrations, models


class Migration(migrations.Migration):
    """What tools say arrives in any order: the newest word counts, for each value by itself."""

    dependencies = [("catalog", "0011_contract_content")]

    operations = [
        migrations.AddField(
            model_name="dataset",
            name="counted_as_of",
            field=models.DateTimeField(blank=True, help_text="The moment of the newest count of rows.", null=True),
        ),
        migrations.AddField(
            model_name="job",
            name="seen_as_of",
            field=models.JSONField(
                blank=True, default=dict, help_text="For each value that a tool gave, the moment of the newest word."
            ),
        ),
    ]
