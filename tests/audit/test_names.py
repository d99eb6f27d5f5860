"""One record, one name: operations and row triggers must call it the same, or its trail falls apart."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db.migrations.loader import MigrationLoader

from apps.accounts.models import LegalEntity
from apps.audit.governed import Governed
from apps.kernel import subjects


def test_operations_and_triggers_call_a_record_the_same():
    models = {model._meta.db_table: model for model in apps.get_models(include_auto_created=True)}
    named = {
        operation.table: operation.subject
        for migration in MigrationLoader(None).disk_migrations.values()
        for operation in migration.operations
        if isinstance(operation, Governed) and operation.table in models
    }
    different = {
        table: (name, subjects.type_name(models[table]))
        for table, name in named.items()
        # Rows of link tables have no operation of their own; their changes are found by the request they belong to.
        if not models[table]._meta.auto_created
        and not table.endswith("objectpermission")
        and subjects.type_name(models[table]) != name
    }
    assert not different


@pytest.mark.django_db
def test_a_record_without_a_registered_type_is_found_by_its_plain_name():
    entity = LegalEntity.objects.create(code="life", name="Life")
    name = subjects.type_name(entity)
    assert name == "accounts.legal_entity"
    assert subjects.find(name, str(entity.pk)) == entity
    assert subjects.find("accounts.nothing", "1") is None
