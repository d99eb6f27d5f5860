-- Who may really read or write which table or view of the present database: privileges of login roles, their own, inherited
-- through roles, through PUBLIC, as owner or as superuser. Columns are named where only some of them are allowed.
WITH relations AS (
    SELECT c.oid, current_database() || '.' || n.nspname || '.' || c.relname AS name, n.oid AS schema, c.relowner, c.relacl
    FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
      AND n.nspname NOT LIKE 'pg\_toast%' AND n.nspname NOT LIKE 'pg\_temp%'
), logins AS (
    SELECT oid, rolname, rolsuper FROM pg_roles WHERE rolcanlogin
), allowed AS (
    SELECT l.rolname, l.rolsuper, l.oid AS login, r.*,
        has_table_privilege(l.oid, r.oid, 'SELECT') AS reads,
        has_table_privilege(l.oid, r.oid, 'INSERT') OR has_table_privilege(l.oid, r.oid, 'UPDATE')
            OR has_table_privilege(l.oid, r.oid, 'DELETE') OR has_table_privilege(l.oid, r.oid, 'TRUNCATE')
            -- Whoever may write to some columns writes.
            OR has_any_column_privilege(l.oid, r.oid, 'INSERT, UPDATE') AS writes
    FROM logins AS l CROSS JOIN relations AS r
    WHERE has_schema_privilege(l.oid, r.schema, 'USAGE') AND has_database_privilege(l.oid, current_database(), 'CONNECT')
), columns AS (
    SELECT a.login, a.oid, array_agg(t.attname::text ORDER BY t.attnum) AS fields
    FROM allowed AS a JOIN pg_attribute AS t ON t.attrelid = a.oid AND t.attnum > 0 AND NOT t.attisdropped
    WHERE NOT a.reads AND has_column_privilege(a.login, a.oid, t.attnum, 'SELECT')
    GROUP BY a.login, a.oid
)
SELECT a.rolname,
    a.name,
    array_remove(ARRAY[CASE WHEN a.reads OR c.fields IS NOT NULL THEN 'read' END, CASE WHEN a.writes THEN 'write' END], NULL),
    CASE WHEN a.reads THEN ARRAY[]::text[] ELSE coalesce(c.fields, ARRAY[]::text[]) END,
    CASE
        WHEN a.rolsuper THEN 'superuser'
        WHEN a.relowner = a.login THEN 'owner'
        ELSE coalesce('through ' || (
            SELECT string_agg(DISTINCT CASE WHEN acl.grantee = 0 THEN 'PUBLIC' ELSE acl.grantee::regrole::text END, ', ')
            FROM aclexplode(a.relacl) AS acl
            WHERE acl.grantee <> a.login AND (acl.grantee = 0 OR pg_has_role(a.login, acl.grantee, 'USAGE'))
        ), '')
    END
FROM allowed AS a LEFT JOIN columns AS c ON c.login = a.login AND c.oid = a.oid
WHERE a.reads OR a.writes OR c.fields IS NOT NULL
ORDER BY 1, 2
