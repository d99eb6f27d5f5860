"""Worlds for the bench: set-based, with entries, as a superuser past the triggers (no operation could be asked so often)."""

from __future__ import annotations

PORTAL = """
SET session_replication_role = replica;
{disable}
INSERT INTO accounts_legalentity (id, code, name, jurisdiction) VALUES (gen_random_uuid(), 'bench', 'Bench SE', 'DE');
INSERT INTO accounts_department (id, code, name, parent_id, legal_entity_id, head_id, path)
    SELECT gen_random_uuid(), 'd' || n, 'Department ' || n, NULL, (SELECT id FROM accounts_legalentity), NULL, 'd' || n || '/'
    FROM generate_series(1, 200) n;
INSERT INTO accounts_person (id, email, name, department_id, is_active, expected, session_generation, created_at)
    SELECT gen_random_uuid(), CASE n WHEN 0 THEN 'bench@aurelia.example' ELSE 'p' || n || '@aurelia.example' END, 'Person ' || n,
        NULL, true, false, 0, now() FROM generate_series(0, 500) n;
INSERT INTO accounts_roleassignment (id, role_id, person_id, reason, granted_at{more_columns})
    SELECT gen_random_uuid(), r.id, p.id, 'Bench', now(){more_values} FROM accounts_role r, accounts_person p
    WHERE r.key IN ('governance-lead', 'system-owner') AND p.email = 'bench@aurelia.example';
INSERT INTO accounts_roleassignment (id, role_id, person_id, department_id, reason, granted_at{more_columns})
    SELECT gen_random_uuid(), (SELECT id FROM accounts_role WHERE key = 'governance-analyst'), p.id,
        (SELECT id FROM accounts_department WHERE path = 'd' || 1 + abs(hashtext(p.email)) %% 200 || '/'), 'Bench', now(){more_values}
    FROM accounts_person p WHERE p.email <> 'bench@aurelia.example';
CREATE TABLE bench_number AS SELECT n, gen_random_uuid() AS id FROM generate_series(1, %(systems)s) n;
INSERT INTO inventory_aisystem (id, key, name, department_id, owner_id, {text_columns}, {other_columns})
    SELECT b.id, 'AIS-' || lpad(b.n::text, 6, '0'), 'System number ' || md5(b.n::text), d.id, p.id, {text_values}, {other_values}
    FROM bench_number b
    JOIN (SELECT id, row_number() OVER () AS n FROM accounts_department) d ON d.n = 1 + b.n %% 200
    JOIN (SELECT id, row_number() OVER (ORDER BY email) AS n FROM accounts_person) p ON p.n = 1 + b.n %% 501;
UPDATE inventory_aisystem SET search_text = lower(key || ' ' || name);
INSERT INTO inventory_aisystemuserobjectpermission (permission_id, user_id, content_object_id)
    SELECT (SELECT id FROM auth_permission WHERE codename = 'view_aisystem'), p.id, b.id FROM bench_number b
    JOIN LATERAL (SELECT id FROM accounts_person ORDER BY email OFFSET b.n %% 490 LIMIT 10) p ON true;
INSERT INTO audit_entry (kind, event, subject_type, subject_id, actor_kind, actor_id, changes, details, reason_commitment,
        correlation_id, origin, database_user, occurred_at, recorded_at, cluster, xid)
    SELECT 'change', 'inventory.system.registered', 'inventory.system', id::text, 'system', 'bench', '{{}}', '{{}}', '', '', 'bench',
        'gatehouse_app', now(), now(), (SELECT system_identifier::text FROM pg_control_system()), 1
    FROM bench_number;
CREATE TABLE bench_plain AS SELECT * FROM inventory_aisystem;
ALTER TABLE bench_plain ADD PRIMARY KEY (id);
{enable}
SET session_replication_role = origin;
ANALYZE;
"""


def portal_sql(connection: object) -> str:
    """Return the statement that fills a portal's database; columns without a value here get their type's zero."""
    rows = connection.execute(  # type: ignore[attr-defined]
        "SELECT column_name, data_type, is_nullable FROM information_schema.columns WHERE table_name = 'inventory_aisystem'"
    ).fetchall()
    given = {"id", "key", "name", "department_id", "owner_id"}
    zero = {"text": "''", "character varying": "''", "boolean": "false", "integer": "1", "ARRAY": "'{}'", "jsonb": "'{}'",
            "timestamp with time zone": "now()"}  # fmt: skip
    special = {"stage": "(ARRAY['proposed','design','build','pilot','production'])[1 + b.n %% 5]", "tier": "'T' || 1 + b.n %% 4",
               "operating_status": "CASE WHEN b.n %% 5 = 4 THEN 'running' ELSE 'not_running' END", "currency": "'EUR'",
               "sourcing": "'build'", "person_effect": "'none'", "network_perimeter": "'private'"}  # fmt: skip
    needed = [(name, kind) for name, kind, nullable in rows if nullable == "NO" and name not in given]
    columns = [name for name, _kind in needed]
    values = [special.get(name, zero.get(kind, "''")) for name, kind in needed]
    assignment = connection.execute(  # type: ignore[attr-defined]
        "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = 'accounts_roleassignment' AND is_nullable = 'NO'"
        " AND column_name NOT IN ('id', 'role_id', 'reason', 'granted_at')"
    ).fetchall()
    tables = ("accounts_legalentity", "accounts_department", "accounts_person", "accounts_roleassignment", "inventory_aisystem",
              "inventory_aisystemuserobjectpermission", "audit_entry")  # fmt: skip
    triggers = connection.execute(  # type: ignore[attr-defined]
        "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal AND tgrelid::regclass::text = ANY (%s)",
        [list(tables)],
    ).fetchall()
    return PORTAL.format(
        disable="".join(f"ALTER TABLE {table} DISABLE TRIGGER {name};" for table, name in triggers),
        enable="".join(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name};" for table, name in triggers),
        text_columns=columns[0],
        text_values=values[0],
        other_columns=", ".join(columns[1:]),
        other_values=", ".join(values[1:]),
        more_columns="".join(f", {name}" for name, _kind in assignment),
        more_values="".join(f", {zero.get(kind, "''")}" for _name, kind in assignment),
    )
