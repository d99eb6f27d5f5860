import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0013_second_looks"),
    ]

    operations = [
        migrations.AddField(
            model_name="dataset",
            name="falling_by",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.UUIDField(), blank=True, default=list, help_text="Everybody who brought it about."
            ),
        ),
        migrations.AddField(
            model_name="dataset",
            name="falling_categories",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[
                        ("personal", "Personal data"),
                        ("special_category", "Special-category personal data"),
                        ("financial", "Financial"),
                        ("health", "Health"),
                    ],
                    max_length=20,
                ),
                blank=True,
                default=list,
            ),
        ),
        migrations.AddField(
            model_name="dataset",
            name="falling_level",
            field=models.CharField(
                blank=True,
                choices=[
                    ("public", "Public"),
                    ("internal", "Internal"),
                    ("confidential", "Confidential"),
                    ("restricted", "Restricted"),
                ],
                max_length=12,
            ),
        ),
        migrations.AddField(
            model_name="dataset",
            name="falling_since",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
