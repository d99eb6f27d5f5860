-- The access log: every decision and every reported read, one table with a part for each month.
CREATE SEQUENCE IF NOT EXISTS catalog_accessrecord_seq;
CREATE TABLE catalog_accessrecord (
    id uuid NOT NULL,
    seq bigint NOT NULL DEFAULT nextval('catalog_accessrecord_seq'),
    at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    kind varchar(8) NOT NULL CHECK (kind IN ('decision', 'read')),
    caller_kind varchar(12) NOT NULL,
    caller_id varchar(120) NOT NULL,
    subject_kind varchar(8) NOT NULL,
    subject_id uuid,
    subject_label varchar(400) NOT NULL,
    dataset_id uuid,
    dataset_label varchar(400) NOT NULL,
    fields varchar(500)[] NOT NULL,
    action varchar(8) NOT NULL,
    purpose varchar(1600) NOT NULL,
    use_case varchar(1600) NOT NULL,
    region varchar(1600) NOT NULL,
    outcome varchar(10) NOT NULL CHECK (outcome IN ('allowed', 'denied', 'no_grant')),
    rule varchar(12) NOT NULL,
    grant_key varchar(20) NOT NULL,
    request_id varchar(200) NOT NULL,
    report_id uuid,
    cluster varchar(24) NOT NULL DEFAULT (pg_control_system()).system_identifier::text,
    xid bigint NOT NULL DEFAULT pg_current_xact_id()::text::bigint,
    PRIMARY KEY (at, id)
) PARTITION BY RANGE (at);
CREATE INDEX catalog_accessrecord_id ON catalog_accessrecord (id);
CREATE INDEX catalog_accessrecord_dataset ON catalog_accessrecord (dataset_id, at DESC, id);
CREATE INDEX catalog_accessrecord_subject ON catalog_accessrecord (subject_id, at DESC, id);
CREATE INDEX catalog_accessrecord_sealing ON catalog_accessrecord (cluster, xid, seq);
CREATE INDEX catalog_accessrecord_report ON catalog_accessrecord (caller_id, report_id) WHERE report_id IS NOT NULL;
