"""No bypass: what the database answers to whoever writes past the operations."""

import pytest
from django.db import DatabaseError, connection, transaction

from apps.inventory import operations
from apps.inventory.models import AISystem, MaterialChange
from apps.kernel.identifiers import uuid7

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", ["application", "owner"])
def test_it_refuses_a_stage_without_its_gate_also_to_the_owner_in_psql(system, role):
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE NONE" if role == "owner" else "SELECT 1")
        for stage in ("design", "production"):
            with pytest.raises(DatabaseError), transaction.atomic():
                cursor.execute("UPDATE inventory_aisystem SET stage = %s WHERE id = %s", [stage, system.pk])


def test_it_refuses_a_system_inserted_as_running_in_production(claims):
    with pytest.raises(DatabaseError), transaction.atomic():
        AISystem.objects.bulk_create(
            [AISystem(key="AIS-9999", name="Sneaked in", department=claims, stage="production")]
        )


def test_it_refuses_a_forged_authorisation(system):
    with pytest.raises(DatabaseError, match="stands behind"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO inventory_authorisation (id, key, system_id, kind, gate, environment, material_revision, content_hash,"
            " valid_from, valid_until, conditions, review_id, issued_at, revoked_reason)"
            " VALUES (%s, 'AUTH-X', %s, 'decision', 'G1', 'design', 1, 'x', now(), now() + interval '1 day', '[]', %s, now(), '')",
            [uuid7(), system.pk, uuid7()],
        )


def test_a_material_change_raises_the_revision_and_names_the_field_even_in_raw_sql(system, owner):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE inventory_aisystem SET outputs = 'Pays claims' WHERE id = %s", [system.pk])
    system.refresh_from_db()
    assert system.material_revision == 2
    assert MaterialChange.objects.get(system=system).column_name == "outputs"


def test_nobody_sets_the_revision_back(system):
    AISystem.objects.filter(pk=system.pk).update(outputs="Pays claims")
    AISystem.objects.filter(pk=system.pk).update(material_revision=1)
    system.refresh_from_db()
    assert system.material_revision == 2


def test_a_change_that_is_not_material_leaves_the_revision(system, owner):
    operations.edit_system(actor=owner.as_actor(), system=system, changes={"benefit": "Faster"})
    system.refresh_from_db()
    assert system.material_revision == 1
