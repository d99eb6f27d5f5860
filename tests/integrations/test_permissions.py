"""What platforms really allow, compared with what was granted: a live PostgreSQL, and files of others."""

from __future__ import annotations

import os
from datetime import timedelta
from urllib.parse import urlsplit

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.audit.models import Entry
from apps.catalog import operations as catalog
from apps.catalog.models import (
    AccessRequest,
    ActualPermission,
    DataGrant,
    Dataset,
    PermissionSnapshot,
    Platform,
    PlatformPrincipal,
)
from apps.catalog.queries.actual import differences
from apps.integrations.operations.permissions import read_permission_file, read_postgresql
from apps.integrations.rules_pure.permissions import Unreadable, read
from apps.kernel import clock
from apps.kernel.errors import Invalid, Refused
from apps.kernel.rules import rule_named
from tests.inventory.conftest import Within

pytestmark = pytest.mark.django_db

LOGINS = ("reader_app", "stranger", "column_app", "unused_app", "writer_app", "boss")
SCHEMA = """
CREATE TABLE claim (claim_id bigint, customer_id bigint, customer_email text, amount numeric);
CREATE TABLE payment (payment_id bigint, iban text);
CREATE VIEW open_claim AS SELECT claim_id FROM claim;
GRANT SELECT ON claim TO {reading};
GRANT {reading} TO {reader_app};
GRANT SELECT ON claim TO {stranger};
GRANT SELECT (claim_id, amount) ON claim TO {column_app};
GRANT SELECT, UPDATE ON payment TO {writer_app};
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO {reading}, {stranger}, {column_app}, {writer_app};
"""


@pytest.fixture(scope="session")
def warehouse_server(tmp_path_factory):
    """A database of its own on the test run's server, with logins, roles and privileges as a warehouse has them."""
    root = os.environ.get("DATABASE_SUPERUSER_URL")
    if not root:
        pytest.skip("There is no superuser on this server to make logins with.")
    prefix = f"w{os.getpid()}_"
    names = {name: prefix + name for name in (*LOGINS, "reading")}
    with psycopg.connect(root, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {prefix}warehouse")
        for name in LOGINS:
            connection.execute(f"CREATE ROLE {names[name]} LOGIN {'SUPERUSER' if name == 'boss' else ''}")
        connection.execute(f"CREATE ROLE {names['reading']}")
    parts = urlsplit(root)
    address = parts._replace(path=f"/{prefix}warehouse").geturl()
    with psycopg.connect(address, autocommit=True) as connection:
        for statement in SCHEMA.format(**names).split(";"):
            if statement.strip():
                connection.execute(statement)
    yield address, names
    with psycopg.connect(root, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {prefix}warehouse WITH (FORCE)")
        for name in names.values():
            connection.execute(f"DROP ROLE {name}")


@pytest.fixture
def warehouse(warehouse_server, settings, tmp_path, steward, claims):
    """The platform on record, its tables as datasets, and the connection that an operator left for it."""
    address, _names = warehouse_server
    database = urlsplit(address).path.strip("/")
    made = catalog.register_platform(
        actor=steward.as_actor(), name="Warehouse", namespace=f"postgres://{database}", department=claims,
        owner=steward, kind="database",
    )  # fmt: skip
    for table in ("claim", "payment", "open_claim"):
        catalog.register_dataset(
            actor=steward.as_actor(), platform=made, name=f"{database}.public.{table}", department=claims,
            steward=steward,
        )  # fmt: skip
    settings.PLATFORM_CONNECTIONS_DIR = tmp_path
    (tmp_path / f"{made.key}.url").write_text(address)
    return made


@pytest.fixture
def grant(steward, employee, make_person):
    """Give a person a standing grant, as a decided request leaves it."""

    def give(person, on, actions=("read",), fields=()):
        values = {
            "subject_kind": "person", "person": person, "dataset": on, "actions": list(actions),
            "fields": list(fields), "purpose": "claims", "purpose_details": "Test",
        }  # fmt: skip
        with Within("catalog.access.approved", steward.as_actor()):
            request = AccessRequest.objects.create(
                key=f"DAR-{AccessRequest.objects.count()}", requester=person, days=30, status="approved", **values
            )
            return DataGrant.objects.create(
                key=f"GRT-{DataGrant.objects.count()}", request=request, level_granted="internal",
                valid_until=clock.now() + timedelta(days=30), **values,
            )  # fmt: skip

    return give


def kinds(warehouse, names):
    plain = {real: name for name, real in names.items()}
    return sorted(
        (d.kind, plain.get(d.principal, d.principal), d.object_name.rsplit(".", 1)[-1]) for d in differences(warehouse)
    )


def test_it_finds_the_three_planted_differences_and_invents_none(
    warehouse, warehouse_server, steward, make_person, grant
):
    _address, names = warehouse_server
    people = {name: make_person(f"P {name}", "employee") for name in LOGINS if name != "boss"}
    for name, person in people.items():
        catalog.name_principal(actor=steward.as_actor(), platform=warehouse, principal=names[name], person=person)
    own = {"principal": names["boss"], "administrative": True, "reason": "Runs the server."}
    catalog.name_principal(actor=steward.as_actor(), platform=warehouse, **own)
    for other in psycopg_logins(warehouse_server) - set(names.values()):
        catalog.name_principal(
            actor=steward.as_actor(),
            platform=warehouse,
            principal=other,
            administrative=True,
            reason="Runs the server.",
        )
    claim = Dataset.objects.get(name__endswith=".claim")
    payment = Dataset.objects.get(name__endswith=".payment")
    grant(people["reader_app"], claim)
    grant(people["column_app"], claim, fields=["claim_id", "amount", "customer_id"])
    grant(people["writer_app"], payment, actions=["read", "write"])
    read_postgresql(actor=steward.as_actor(), platform=warehouse)
    # Planted: a stranger reads without a grant; nobody gave the unused login what was granted; nothing else differs yet.
    assert kinds(warehouse, names) == [("real_without_grant", "stranger", "claim")]
    grant(people["unused_app"], payment)
    DataGrant.objects.filter(person=people["writer_app"]).update(actions=["read"])
    assert kinds(warehouse, names) == [
        ("grant_without_real", str(people["unused_app"]), "payment"),
        ("real_without_grant", "stranger", "claim"),
        ("real_without_grant", "writer_app", "payment"),
    ]
    assert sorted(row.name.rsplit(".", 1)[-1] for row in rule_named("PRM-001").failing()) == ["claim", "payment"]
    assert rule_named("PRM-002").failing().count() == 1
    assert not rule_named("PRM-003").failing().exists()


def test_reading_what_everybody_may_read_is_no_difference_and_writing_is(platform, dataset, steward, employee):
    Dataset.objects.update(level="public")
    catalog.name_principal(actor=steward.as_actor(), platform=platform, principal="app", person=employee)
    whole = OURS.replace(b'"fields": ["amount"]', b'"fields": []')
    read_permission_file(actor=steward.as_actor(), platform=platform, content=whole)
    assert differences(platform) == []
    read_permission_file(actor=steward.as_actor(), platform=platform, content=whole.replace(b"SELECT", b"INSERT"))
    assert [one.kind for one in differences(platform)] == ["real_without_grant"]
    Dataset.objects.update(categories=["personal"])
    read_permission_file(actor=steward.as_actor(), platform=platform, content=whole)
    assert [one.kind for one in differences(platform)] == ["real_without_grant"]


def psycopg_logins(warehouse_server):
    with psycopg.connect(warehouse_server[0]) as connection:
        return {row[0] for row in connection.execute("SELECT rolname FROM pg_roles WHERE rolcanlogin")}


def test_a_login_of_nobody_is_a_finding_of_the_platform(warehouse, warehouse_server, steward):
    read_postgresql(actor=steward.as_actor(), platform=warehouse)
    assert [row.key for row in rule_named("PRM-003").failing()] == [warehouse.key]
    assert {d.kind for d in differences(warehouse)} == {"unknown_login"}


def test_it_knows_inherited_rights_columns_owners_and_superusers(warehouse, warehouse_server, steward):
    _address, names = warehouse_server
    read_postgresql(actor=steward.as_actor(), platform=warehouse)
    rows = {(row.principal, row.object_name.rsplit(".", 1)[-1]): row for row in ActualPermission.objects.all()}
    assert rows[names["reader_app"], "claim"].through == f"through {names['reading']}"
    assert rows[names["column_app"], "claim"].fields == ["amount", "claim_id"]
    assert rows[names["boss"], "payment"].through == "superuser"
    assert rows[names["writer_app"], "payment"].privileges == ["read", "write"]
    assert (names["unused_app"], "claim") not in rows
    assert (names["reader_app"], "open_claim") not in rows


def test_whoever_may_write_to_some_columns_writes(warehouse, warehouse_server, steward):
    address, names = warehouse_server
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f"GRANT UPDATE (amount) ON claim TO {names['stranger']}")
        try:
            snapshot = read_postgresql(actor=steward.as_actor(), platform=warehouse)
        finally:
            connection.execute(f"REVOKE UPDATE (amount) ON claim FROM {names['stranger']}")
    seen = snapshot.permissions.get(principal=names["stranger"], object_name__endswith=".claim")
    assert seen.privileges == ["read", "write"]


def test_the_same_reading_again_changes_nothing(warehouse, steward):
    read_postgresql(actor=steward.as_actor(), platform=warehouse)
    before = (PermissionSnapshot.objects.count(), ActualPermission.objects.count())
    read_postgresql(actor=steward.as_actor(), platform=warehouse)
    assert (PermissionSnapshot.objects.count(), ActualPermission.objects.count()) == before


def test_a_platform_that_is_away_is_told_without_its_address(warehouse, steward, settings):
    file = settings.PLATFORM_CONNECTIONS_DIR / f"{warehouse.key}.url"
    file.write_text("postgresql://reader:hunter2@127.0.0.1:1/nowhere")
    with pytest.raises(Invalid) as refused:
        read_postgresql(actor=steward.as_actor(), platform=warehouse)
    assert "hunter2" not in str(refused.value) and "127.0.0.1" not in str(refused.value)
    assert not Entry.objects.filter(details__contains="hunter2").exists()


def test_without_a_connection_it_says_what_an_operator_does(platform, steward, settings, tmp_path):
    settings.PLATFORM_CONNECTIONS_DIR = tmp_path
    with pytest.raises(Invalid, match=f"{platform.key}.url"):
        read_postgresql(actor=steward.as_actor(), platform=platform)


def test_it_refuses_an_employee(platform, employee):
    with pytest.raises(Refused):
        read_permission_file(actor=employee.as_actor(), platform=platform, content=b"{}")


OURS = b"""{"format": "gatehouse-permissions-v1", "store": {"encryption": "own_key", "transport_encrypted": true},
 "permissions": [{"principal": "app", "object": "claims.public.claim", "privileges": ["SELECT"], "fields": ["amount"]}]}"""
SNOWFLAKE = b"""created_on,privilege,granted_on,name,granted_to,grantee_name
2026-01-01,SELECT,TABLE,CLAIMS.PUBLIC.CLAIM,ROLE,ANALYST
2026-01-01,INSERT,TABLE,CLAIMS.PUBLIC.CLAIM,ROLE,ANALYST
2026-01-01,USAGE,WAREHOUSE,COMPUTE,ROLE,ANALYST
"""
DATABRICKS = b"""grantor,grantee,table_catalog,table_schema,table_name,privilege_type,inherited_from
a,analysts,main,claims,claim,SELECT,SCHEMA
a,owners,main,claims,claim,ALL PRIVILEGES,NONE
"""


def test_it_reads_the_documented_files():
    (ours,) = read(OURS).permissions
    assert (ours.principal, ours.privileges, ours.fields) == ("app", ("read",), ("amount",))
    (snowflake,) = read(SNOWFLAKE).permissions
    assert (snowflake.object_name, snowflake.privileges) == ("CLAIMS.PUBLIC.CLAIM", ("read", "write"))
    analysts, owners = read(DATABRICKS).permissions
    assert analysts.through == "SCHEMA" and owners.privileges == ("read", "write")


@pytest.mark.parametrize(
    "content, place",
    [
        (b"\xff\xfe", "byte 0"),
        (b"{", "no JSON"),
        (b"{}", "format"),
        (OURS.replace(b'"SELECT"', b'"FLY"'), r"permissions\[0\].privileges"),
        (OURS.replace(b'"app"', b'""'), r"permissions\[0\]"),
        (OURS.replace(b'"app"', b'"a\\u0000"'), r"permissions\[0\]"),
        (OURS.replace(b'"amount"', b'"\\ud800"'), r"permissions\[0\]"),
        (OURS.replace(b'"fields"', b'"through": "\\u0000", "fields"'), r"permissions\[0\].*through"),
        (OURS.replace(b'"own_key"', b'{"a": 1}'), "encryption"),
        (OURS.replace(b"true", b'"no"'), "transport_encrypted"),
        (OURS.replace(b'"own_key"', b'"none", "version": "\\u0000"'), "version"),
        (b"a,b\n1,2\n", "columns"),
        (SNOWFLAKE.replace(b"ROLE,ANALYST\n2026-01-01,INSERT", b"ROLE,\n2026-01-01,INSERT"), "Row 2"),
    ],
)
def test_a_file_that_cannot_be_taken_says_where_and_why(content, place, platform, steward):
    with pytest.raises(Unreadable, match=place):
        read(content)
    with pytest.raises(Invalid):
        read_permission_file(actor=steward.as_actor(), platform=platform, content=content)
    assert not PermissionSnapshot.objects.exists()


def test_a_reading_that_lies_ahead_does_not_stand_in_the_way_of_those_to_come(platform, steward):
    ahead = OURS.replace(b'"store"', b'"taken_at": "2099-01-01T00:00:00Z", "store"')
    with pytest.raises(Invalid, match="ahead"):
        read_permission_file(actor=steward.as_actor(), platform=platform, content=ahead)
    assert read_permission_file(actor=steward.as_actor(), platform=platform, content=OURS).current


@given(st.one_of(st.binary(max_size=300), st.text(max_size=300).map(str.encode)))
def test_no_file_breaks_the_reader(content):
    try:
        read(content)
    except Unreadable as problem:
        assert str(problem)


def test_the_stores_own_word_is_held_against_the_record(platform, steward):
    Platform.objects.update(encryption="none", transport_encrypted=True)
    read_permission_file(actor=steward.as_actor(), platform=platform, content=OURS)
    assert [row.key for row in rule_named("ENC-003").failing()] == [platform.key]
    Platform.objects.update(encryption="own_key")
    assert not rule_named("ENC-003").failing().exists()


def test_confidential_data_on_a_store_that_is_not_encrypted_is_a_finding(dataset, platform):
    assert rule_named("ENC-001").failing().exists()
    Platform.objects.update(encryption="own_key", transport_encrypted=True)
    assert not rule_named("ENC-001").failing().exists()
    assert rule_named("ENC-002").failing().exists()
    Platform.objects.update(key_reference="vault:warehouse/key", key_rotated_on=clock.today())
    assert not rule_named("ENC-002").failing().exists()
    Platform.objects.update(encryption="none")
    Dataset.objects.update(level="internal")
    assert not rule_named("ENC-001").failing().exists()


def test_an_administrative_login_needs_a_reason(platform, steward):
    with pytest.raises(Invalid):
        catalog.name_principal(actor=steward.as_actor(), platform=platform, principal="root", administrative=True)
    assert not PlatformPrincipal.objects.exists()


def test_a_steward_reads_and_compares_in_the_browser(client, as_person, steward, warehouse, warehouse_server):
    _address, names = warehouse_server
    as_person(client, steward)
    answer = client.post(f"/data/intake/permissions/{warehouse.key}/", {})
    assert answer.status_code == 302
    shown = client.get(answer["Location"]).content.decode()
    assert names["stranger"] in shown and "Allowed to a login of nobody" in shown
    named = client.post(f"/data/platforms/{warehouse.key}/logins/", {"principal": names["stranger"]})
    assert named.status_code == 422 and "Name a person" in named.content.decode()
    typed = {"principal": names["stranger"], "person": steward.email}
    assert client.post(f"/data/platforms/{warehouse.key}/logins/", typed).status_code == 302
    assert (
        "Allowed there, not granted here"
        in client.get(f"/data/platforms/{warehouse.key}/permissions/").content.decode()
    )


def test_employees_see_nothing_of_it(client, as_person, employee, platform):
    as_person(client, employee)
    assert client.get(f"/data/platforms/{platform.key}/permissions/").status_code == 404
    assert client.post(f"/data/intake/permissions/{platform.key}/", {}).status_code == 403
