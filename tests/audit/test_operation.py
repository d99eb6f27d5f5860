"""What the decorator and the row trigger promise about every write."""

import pytest
from django.db import connection, transaction

from apps.accounts.models import Department
from apps.audit.models import Entry, OutboxMessage
from apps.inventory import operations
from apps.inventory.models import AISystem
from apps.kernel.errors import Refused

pytestmark = pytest.mark.django_db


def test_it_writes_one_operation_entry_and_one_per_changed_row(system, owner):
    entries = Entry.objects.filter(subject_id=str(system.pk)).order_by("id")
    assert [(e.kind, e.event) for e in entries] == [
        ("change", "inventory.system.registered"),
        ("operation", "inventory.system.registered"),
    ]
    assert {e.actor_id for e in entries} == {str(owner.pk)}
    assert len({e.correlation_id for e in entries}) == 1


def test_it_records_before_and_after_of_what_changed_and_nothing_else(system, owner):
    operations.edit_system(
        actor=owner.as_actor(), system=system, changes={"summary": "Sorts claims."}, reason="Shorter"
    )
    change = Entry.objects.filter(kind="change", event="inventory.system.edited").latest("id")
    assert change.changes["summary"] == ["Sorts incoming claims by urgency.", "Sorts claims."]
    assert set(change.changes) == {"summary", "version", "updated_at", "material_revision"}


def test_it_answers_a_repeated_request_with_the_first_result(owner, claims):
    first = operations.register_system(actor=owner.as_actor(), name="Once", department=claims, request_key="k1")
    again = operations.register_system(actor=owner.as_actor(), name="Once", department=claims, request_key="k1")
    assert first.pk == again.pk
    assert AISystem.objects.filter(name="Once").count() == 1


def test_it_refuses_someone_without_the_role_and_records_the_refusal(employee, system):
    with pytest.raises(Refused):
        operations.edit_system(actor=employee.as_actor(), system=system, changes={"name": "Mine now"})
    refusal = Entry.objects.get(event="audit.operation.refused")
    assert refusal.details["attempted"] == "inventory.system.edited"
    assert refusal.actor_id == str(employee.pk)


def test_it_refuses_another_owner(second_owner, system):
    with pytest.raises(Refused, match="owner or deputy"):
        operations.edit_system(actor=second_owner.as_actor(), system=system, changes={"name": "Mine now"})


def test_it_captures_update_bulk_create_and_raw_sql_as_made_outside(enterprise):
    before = Entry.objects.count()
    Department.objects.filter(pk=enterprise.pk).update(name="Renamed")
    Department.objects.bulk_create(
        [Department(name="A", code="a", path="a/"), Department(name="B", code="b", path="b/")]
    )
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM accounts_department WHERE path = 'a/'")
    entries = Entry.objects.order_by("id")[before:]
    assert [(e.event, e.actor_kind) for e in entries] == [("audit.change.outside", "outside")] * 4


def test_it_keeps_personal_text_out_of_the_entry(owner):
    entry = Entry.objects.filter(subject_type="accounts.person", subject_id=str(owner.pk), kind="change").first()
    assert entry.changes["email"][1].startswith("sha256:")


def test_the_application_role_can_neither_edit_nor_forge_entries(system):
    for statement in (
        "UPDATE audit_entry SET actor_id = 'x'",
        "DELETE FROM audit_entry",
        "TRUNCATE audit_entry",
        "INSERT INTO audit_entry (kind) VALUES ('change')",
    ):
        with pytest.raises(Exception, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_it_keeps_what_a_rolled_back_operation_asked_for_out_of_the_outbox(owner, claims):
    before = OutboxMessage.objects.count()
    with pytest.raises(RuntimeError), transaction.atomic():
        operations.register_system(actor=owner.as_actor(), name="Gone", department=claims)
        raise RuntimeError
    assert OutboxMessage.objects.count() == before
