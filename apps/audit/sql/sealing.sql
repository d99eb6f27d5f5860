-- The canonical line of an entry (apps/audit/rules_pure/leaf.py has the format; a test holds both equal).
CREATE OR REPLACE FUNCTION audit_leaf_line(entry audit_entry) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT row_to_json(line)::text FROM (SELECT
        entry.actor_id AS actor_id, entry.actor_kind AS actor_kind, entry.changes::text AS changes,
        entry.cluster AS cluster, entry.correlation_id AS correlation_id, entry.database_user AS database_user,
        entry.details::text AS details, entry.event AS event, entry.id::text AS id, entry.kind AS kind,
        to_char(entry.occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS occurred_at,
        entry.origin AS origin, entry.reason_commitment AS reason_commitment,
        to_char(entry.recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS recorded_at,
        entry.request_key AS request_key, entry.subject_id AS subject_id, entry.subject_type AS subject_type,
        entry.xid::text AS xid
    ) AS line
$$;

-- Gives the next committed entries their places. It takes no entry from its caller: whoever may call it can only make
-- sealing happen, never decide what is sealed or in which order. Entries of this cluster wait until every transaction
-- with a lower number has ended; those that came with a dump from another cluster are complete.
CREATE OR REPLACE FUNCTION audit_seal_leaves(batch integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    here text := (SELECT system_identifier::text FROM pg_control_system());
    ended bigint := pg_snapshot_xmin(pg_current_snapshot())::text::bigint;
    next_place bigint;
    remaining integer := batch;
    sealed integer;
    done record;
    from_cluster text;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('gatehouse.ledger.sealing', 0));
    next_place := (SELECT coalesce(max(position) + 1, 0) FROM audit_leaf);
    FOR from_cluster IN
        WITH RECURSIVE clusters AS (
            (SELECT cluster FROM audit_entry ORDER BY cluster LIMIT 1)
            UNION ALL
            SELECT (SELECT e.cluster FROM audit_entry e WHERE e.cluster > c.cluster ORDER BY e.cluster LIMIT 1)
            FROM clusters c WHERE c.cluster IS NOT NULL
        )
        SELECT cluster FROM clusters WHERE cluster IS NOT NULL ORDER BY cluster = here, cluster
    LOOP
        EXIT WHEN remaining = 0;
        SELECT s.xid, s.entry_id INTO done FROM audit_sealedupto s WHERE s.cluster = from_cluster;
        INSERT INTO audit_leaf (position, entry_id, leaf_hash)
        SELECT next_place + row_number() OVER (ORDER BY e.xid, e.id) - 1, e.id,
            sha256('\x00'::bytea || convert_to(E'gatehouse-entry-v1\n' || audit_leaf_line(e), 'UTF8'))
        FROM (
            SELECT * FROM audit_entry
            WHERE cluster = from_cluster AND (xid, id) > (coalesce(done.xid, -1), coalesce(done.entry_id, 0))
                AND (cluster <> here OR xid < ended)
            ORDER BY xid, id LIMIT remaining
        ) AS e;
        GET DIAGNOSTICS sealed = ROW_COUNT;
        CONTINUE WHEN sealed = 0;
        next_place := next_place + sealed;
        remaining := remaining - sealed;
        INSERT INTO audit_sealedupto (cluster, xid, entry_id)
        SELECT from_cluster, e.xid, e.id FROM audit_leaf l JOIN audit_entry e ON e.id = l.entry_id
        WHERE l.position = next_place - 1
        ON CONFLICT (cluster) DO UPDATE SET xid = excluded.xid, entry_id = excluded.entry_id;
    END LOOP;
    RETURN batch - remaining;
END $$;

-- Keeps a checkpoint over everything sealed so far, with the subtrees that became complete. The caller holds the key and
-- makes root and signature; a false one would be refused by the next sealing and found by every verification.
CREATE OR REPLACE FUNCTION audit_seal_checkpoint(
    checkpoint_size bigint, checkpoint_root bytea, checkpoint_frontier bytea, checkpoint_note text,
    checkpoint_time timestamptz, levels smallint[], indexes bigint[], hashes bytea[]
) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('gatehouse.ledger.sealing', 0));
    IF checkpoint_size <> (SELECT coalesce(max(position) + 1, 0) FROM audit_leaf) OR length(checkpoint_root) <> 32 THEN
        RAISE EXCEPTION 'a checkpoint covers everything sealed so far' USING ERRCODE = 'check_violation';
    END IF;
    INSERT INTO audit_checkpoint (size, root, frontier, note, sealed_at)
    VALUES (checkpoint_size, checkpoint_root, checkpoint_frontier, checkpoint_note, checkpoint_time);
    INSERT INTO audit_subtreeroot (level, index, node_hash)
    SELECT * FROM unnest(levels, indexes, hashes);
END $$;
