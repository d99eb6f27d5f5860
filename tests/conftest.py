"""Personas and the world they live in. Everything is arranged through operations, as the application's database role."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.db import connection

from apps.kernel.actors import Actor

SETUP = Actor.system("installation")
# What migrations install: transactional tests leave these rows in place, and take away those that they added.
POLICY = (
    "gates_policyversion",
    "accounts_role",
    "assessments_policytext",
    "assessments_questionnaire",
    "inventory_materialfield",
    "inventory_stagetransition",
)
_INSTALLED: dict[str, list[str]] = {}


def become_application(db_connection) -> None:
    """From now on connect with the rights that web and workers have."""
    from django.conf import settings

    db_connection.close()
    db_connection.settings_dict["OPTIONS"] = {
        **db_connection.settings_dict["OPTIONS"],
        "options": f"-c role={settings.APPLICATION_ROLE}",
    }


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker) -> Iterator[None]:
    """Migrate as the owner, mark the database as demo (so that time may be moved), then leave the owner's rights."""
    from django.conf import settings

    from apps.audit.grants import grant_application_role

    with django_db_blocker.unblock():
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO audit_installation (id, demo) VALUES (1, true) ON CONFLICT DO NOTHING")
            grant_application_role(cursor, settings.APPLICATION_ROLE)
            for table in POLICY:
                cursor.execute(f"SELECT id::text FROM {table}")
                _INSTALLED[table] = [row[0] for row in cursor.fetchall()]
        become_application(connection)
    yield
    with django_db_blocker.unblock():
        connection.close()
        connection.settings_dict["OPTIONS"].pop("options", None)


@pytest.fixture(autouse=True, scope="session")
def flush_as_owner() -> Iterator[None]:
    """Let transactional tests empty the tables: as the owner, past the triggers, and with the shipped policy put back."""
    from django.core.management.commands import flush

    kept = {*POLICY, "audit_installation", "django_migrations"}

    def sql_flush(style, db_connection, reset_sequences=True, allow_cascade=False):
        tables = [
            table
            for table in db_connection.introspection.django_table_names(only_existing=True, include_views=False)
            if table not in kept and not table.startswith(("django_content", "auth_permission"))
        ]
        names = [db_connection.ops.quote_name(table) for table in tables]
        # A table in parts is emptied as one; each part has guards of its own.
        touched = [*tables, *_parts(db_connection), *_INSTALLED]
        statements = ["SET ROLE NONE"]
        statements += [f"ALTER TABLE {name} DISABLE TRIGGER USER" for name in touched]
        statements += [f"TRUNCATE {', '.join(names)}"]
        statements += [
            f"DELETE FROM {table} WHERE id::text NOT IN ('{"', '".join(rows)}')" for table, rows in _INSTALLED.items()
        ]
        statements += ["SET CONSTRAINTS ALL IMMEDIATE"]
        statements += [
            f"ALTER TABLE {name} ENABLE ALWAYS TRIGGER {trigger}" for name, trigger in _triggers(db_connection, touched)
        ]
        statements += ["RESET ROLE"]
        return statements

    original = flush.sql_flush
    flush.sql_flush = sql_flush
    yield
    flush.sql_flush = original


def _parts(db_connection) -> list[str]:
    with db_connection.cursor() as cursor:
        cursor.execute("SELECT oid::regclass::text FROM pg_class WHERE relispartition AND relkind = 'r'")
        return [row[0] for row in cursor.fetchall()]


def _triggers(db_connection, tables: list[str]) -> list[tuple[str, str]]:
    with db_connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal AND tgrelid::regclass::text = ANY (%s)",
            [tables],
        )
        return cursor.fetchall()


@pytest.fixture
def legal_entity(db):
    from apps.accounts import operations

    return operations.create_legal_entity(actor=SETUP, code="aurelia-life", name="Aurelia Life SE", jurisdiction="DE")


@pytest.fixture
def enterprise(legal_entity):
    """The whole enterprise, the root of the departments."""
    from apps.accounts import operations

    return operations.create_department(actor=SETUP, name="Aurelia", legal_entity=legal_entity)


@pytest.fixture
def claims(enterprise):
    from apps.accounts import operations

    return operations.create_department(actor=SETUP, name="Claims", parent=enterprise)


@pytest.fixture
def underwriting(enterprise):
    from apps.accounts import operations

    return operations.create_department(actor=SETUP, name="Underwriting", parent=enterprise)


@pytest.fixture
def make_person(enterprise, claims) -> Callable:
    """Make a person who has signed in once, with a role in a department's subtree (default: the whole enterprise)."""
    from apps.accounts import operations
    from apps.accounts.models import Person, Role

    def make(name: str, role: str | None, *, department=None, reach=None) -> Person:
        person = operations.expect_person(
            actor=SETUP,
            email=f"{name.lower().replace(' ', '.')}@aurelia.example",
            name=name,
            department=department or claims,
        )
        if role:
            operations.assign_role(
                actor=SETUP,
                role=Role.objects.get(key=role),
                person=person,
                department=reach or enterprise,
                reason="Test",
            )
        return person

    return make


def _persona(name: str, role: str | None):
    @pytest.fixture
    def persona(make_person):
        return make_person(name, role)

    return persona


employee = _persona("Emil Employee", "employee")
owner = _persona("Olga Owner", "system-owner")
second_owner = _persona("Otto Owner", "system-owner")
delivery = _persona("Dilara Delivery", "delivery-team")
analyst = _persona("Anna Analyst", "governance-analyst")
second_analyst = _persona("Alan Analyst", "governance-analyst")
steward = _persona("Stella Steward", "data-steward")
model_owner = _persona("Milo Model", "model-owner")
architect = _persona("Ada Architect", "architect")
second_architect = _persona("Arno Architect", "architect")
security = _persona("Sven Security", "security-reviewer")
privacy = _persona("Petra Privacy", "privacy-reviewer")
legal = _persona("Lena Legal", "legal-reviewer")
validation = _persona("Vera Validation", "validation-reviewer")
lead = _persona("Liam Lead", "governance-lead")
sponsor = _persona("Sophie Sponsor", "executive-sponsor")
auditor = _persona("Aldo Auditor", "auditor")
admin = _persona("Adam Admin", "administrator")


@pytest.fixture
def outsider(enterprise, underwriting, make_person):
    """An analyst of another department's subtree: everything there, nothing here."""
    return make_person("Uwe Outsider", "governance-analyst", department=underwriting, reach=underwriting)


@pytest.fixture
def system(owner, sponsor, claims, legal_entity):
    """A system of the claims department, registered by its owner."""
    from apps.inventory import operations

    return operations.register_system(
        actor=owner.as_actor(),
        name="Claims triage",
        summary="Sorts incoming claims by urgency.",
        department=claims,
        owner=owner,
        sponsor=sponsor,
        legal_entity=legal_entity,
        proposer=owner,
    )


@pytest.fixture
def as_person() -> Callable:
    """Sign a person in on a test client, without the identity provider."""

    def sign_in(client, person):
        client.force_login(person, backend="apps.accounts.backends.OIDCBackend")
        return client

    return sign_in
