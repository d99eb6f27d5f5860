"""One record, one name: operations and row triggers must call it the same, or its trail falls apart."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db.migrations.loader import MigrationLoader

from apps.accounts.models import ServiceIdentity
from apps.audit.governed import Governed
from apps.kernel import subjects

# Rows of link tables have no operation of their own; their changes are found by the request they belong to.
LINKS = {"accounts_person_groups", "auth_group_permissions", "work_comment_mentions"}


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
        if table not in LINKS and not table.endswith("objectpermission") and subjects.type_name(models[table]) != name
    }
    assert not different


@pytest.mark.django_db
def test_a_record_without_a_registered_type_is_found_by_its_plain_name(owner):
    service = ServiceIdentity.objects.create(name="Pipeline", purpose="Ships", owner=owner)
    name = subjects.type_name(service)
    assert name == "accounts.service_identity"
    assert subjects.find(name, str(service.pk)) == service
    assert subjects.find("accounts.nothing", "1") is None
