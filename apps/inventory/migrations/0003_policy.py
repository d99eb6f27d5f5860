from django.db import migrations

from apps.audit.governed import installing
from apps.inventory.rules_pure.lifecycle import TRANSITIONS

MATERIAL = {
    "inventory_aisystem": {
        "name": "Name",
        "summary": "What it does",
        "outputs": "What it puts out",
        "people_affected": "People affected",
        "data_classes": "Data classes",
        "autonomy": "Autonomy",
        "human_involvement": "Human involvement",
        "person_effect": "Effect on persons",
        "sourcing": "Sourcing",
        "vendor_id": "Vendor",
        "regions": "Regions",
        "network_perimeter": "Network perimeter",
        "isolation": "Isolation",
        "legal_entity_id": "Legal entity",
        "tier": "Tier",
        "regulation": "Laws and rules that apply",
        "security_needs": "Security needs",
    },
    "inventory_component": {
        "kind": "Component kind",
        "name": "Component",
        "version": "Component version",
        "sourcing": "Component sourcing",
        "vendor_id": "Component vendor",
    },
    "inventory_dependency": {
        "kind": "Dependency kind",
        "on_system_id": "Depends on system",
        "on_name": "Depends on application",
    },
    "inventory_usecasesystem": {"use_case_id": "Use case"},
    "inventory_usecase": {
        "purpose": "Intended purpose",
        "people_affected": "People affected",
        "person_effect": "Effect on persons",
        "data_classes": "Data classes of the use",
        "legal_class": "Legal class",
        "status": "Status of the use case",
    },
}


def fill(apps, schema_editor):
    installing(schema_editor)
    material = apps.get_model("inventory", "MaterialField")
    material.objects.bulk_create(
        material(table_name=table, column_name=column, label=label)
        for table, columns in MATERIAL.items()
        for column, label in columns.items()
    )
    transition = apps.get_model("inventory", "StageTransition")
    transition.objects.bulk_create(
        transition(source=str(t.source), target=str(t.target), gate=str(t.gate), tiers=",".join(t.tiers))
        for t in TRANSITIONS
    )


class Migration(migrations.Migration):
    """The policy in force at first: which fields are material, which steps need which gate."""

    dependencies = [("inventory", "0002_governed")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
