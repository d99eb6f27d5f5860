"""What the application's own database role may not do, however it asks."""

import pytest
from django.db import DatabaseError, connection, transaction

pytestmark = pytest.mark.django_db


def refused(*statements):
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    return True


def test_it_invents_no_change_of_a_row(system):
    names = f"'change', 'inventory.system.edited', 'inventory.system', '{system.pk}'"
    assert refused(f"SELECT audit_append({names}, '{{}}', '{{}}', '', NULL, NULL)")


def test_it_has_no_table_of_its_own_recorded_as_another(system):
    assert refused(
        f"CREATE TEMP TABLE invented AS SELECT '{system.pk}'::text AS id, 'x'::text AS name",
        "CREATE TRIGGER invented AFTER UPDATE ON invented FOR EACH ROW "
        "EXECUTE FUNCTION audit_capture('inventory.system', 'id', '', '', '')",
    )


def test_it_invents_no_material_change(system):
    assert refused(
        f"SELECT inventory_note_material('{system.pk}', 2, 'inventory_aisystem', 'x', '{{}}', '{{\"name\": \"y\"}}')"
    )


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE inventory_stagetransition SET gate = ''",
        "DELETE FROM inventory_materialfield",
        "INSERT INTO inventory_stagetransition (source, target, gate, tiers) VALUES ('proposed', 'production', '', 'T1')",
        "CREATE TABLE of_its_own (id int)",
    ],
)
def test_it_does_not_change_what_the_guards_go_by(db, statement):
    assert refused(statement)


def test_it_keeps_recording_what_it_changes(system, owner):
    from apps.audit.models import Entry
    from apps.inventory import operations

    operations.edit_system(actor=owner.as_actor(), system=system, changes={"summary": "Sorts letters."})
    assert Entry.objects.filter(kind="change", subject_id=str(system.pk), changes__has_key="summary").exists()
