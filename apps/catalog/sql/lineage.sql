-- The nodes around one node, each once, at its shortest distance, nearest first. Cycles end by themselves: no node is
-- entered twice. The work is bounded: per step at most eight lines for each node that may still be returned.
-- A row of kind 'more' says that nodes were left out; 'deeper' that the walk ended at its depth while lines went on.
-- A job runs for a system: what it reads comes to that system; a system that the walk begins at stands for its jobs as well.
-- `unmasked` (upstream) stops behind datasets whose columns are all described and take nothing personal over unmasked.
CREATE OR REPLACE FUNCTION catalog_walk(
    start uuid, start_kind text, downstream boolean, deepest integer, most integer,
    as_of timestamptz DEFAULT NULL, with_ended boolean DEFAULT false, unmasked boolean DEFAULT false
) RETURNS TABLE (node uuid, kind text, distance integer, via uuid)
LANGUAGE plpgsql STABLE SET search_path = public, pg_temp SET plan_cache_mode = force_custom_plan AS $$
DECLARE
    frontier uuid[] := ARRAY[start];
    jobs uuid[] := CASE WHEN start_kind = 'job' THEN ARRAY[start] ELSE '{}' END;
    systems uuid[] := CASE WHEN start_kind = 'system' THEN ARRAY[start] ELSE '{}' END;
    seen uuid[] := ARRAY[start];
    room integer := most;
    widest integer;
    looked integer;
    nodes uuid[];
    kinds text[];
    vias uuid[];
BEGIN
    FOR step IN 1..deepest + 1 LOOP
        widest := CASE WHEN step > deepest THEN 1 ELSE (room + 1) * 8 END;
        IF unmasked AND NOT downstream THEN
            frontier := ARRAY(
                SELECT f.one FROM unnest(frontier) AS f(one)
                WHERE NOT EXISTS (
                    SELECT 1 FROM catalog_field AS t JOIN catalog_fieldedge AS e ON e.target_id = t.id WHERE t.dataset_id = f.one
                ) OR EXISTS (
                    SELECT 1 FROM catalog_field AS t JOIN catalog_fieldedge AS e ON e.target_id = t.id
                    JOIN catalog_field AS s ON s.id = e.source_id
                    WHERE t.dataset_id = f.one AND e.kind = 'DIRECT' AND NOT e.masking AND e.subtype <> 'AGGREGATION'
                        AND (s.level = '' OR s.categories && ARRAY['personal', 'special_category', 'health']::varchar[])
                )
            );
        END IF;
        IF downstream THEN
            WITH lines AS MATERIALIZED (
                SELECT e.target_id AS node, e.target_kind::text AS kind, e.source_id AS via FROM catalog_lineageedge AS e
                WHERE e.source_id = ANY (frontier) AND NOT EXISTS (SELECT 1 FROM unnest(seen) AS s(one) WHERE s.one = e.target_id)
                    AND (as_of IS NULL OR e.first_seen <= as_of)
                    AND (with_ended OR e.ended_at IS NULL OR e.ended_at > as_of)
                UNION ALL
                SELECT j.system_id, 'system', j.id FROM catalog_job AS j
                WHERE j.id = ANY (jobs) AND j.system_id <> ALL (seen)
                UNION ALL
                SELECT j.id, 'job', start FROM catalog_job AS j WHERE step = 1 AND start_kind = 'system' AND j.system_id = start
                LIMIT widest
            ), once AS (SELECT DISTINCT ON (l.node) l.node, l.kind, l.via FROM lines AS l)
            SELECT array_agg(o.node), array_agg(o.kind), array_agg(o.via), (SELECT count(*) FROM lines)
            INTO nodes, kinds, vias, looked FROM once AS o;
        ELSE
            WITH lines AS MATERIALIZED (
                SELECT e.source_id AS node, e.source_kind::text AS kind, e.target_id AS via FROM catalog_lineageedge AS e
                WHERE e.target_id = ANY (frontier) AND NOT EXISTS (SELECT 1 FROM unnest(seen) AS s(one) WHERE s.one = e.source_id)
                    AND (as_of IS NULL OR e.first_seen <= as_of)
                    AND (with_ended OR e.ended_at IS NULL OR e.ended_at > as_of)
                UNION ALL
                SELECT j.id, 'job', j.system_id FROM catalog_job AS j
                WHERE j.system_id = ANY (systems) AND j.id <> ALL (seen)
                LIMIT widest
            ), once AS (SELECT DISTINCT ON (l.node) l.node, l.kind, l.via FROM lines AS l)
            SELECT array_agg(o.node), array_agg(o.kind), array_agg(o.via), (SELECT count(*) FROM lines)
            INTO nodes, kinds, vias, looked FROM once AS o;
        END IF;
        EXIT WHEN nodes IS NULL;
        IF step > deepest THEN
            RETURN QUERY SELECT NULL::uuid, 'deeper', step, NULL::uuid;
            EXIT;
        END IF;
        RETURN QUERY SELECT * FROM (
            SELECT n.node, n.kind, step, n.via FROM unnest(nodes, kinds, vias) AS n(node, kind, via) LIMIT room
        ) AS n;
        IF cardinality(nodes) > room OR looked >= widest THEN
            RETURN QUERY SELECT NULL::uuid, 'more', step, NULL::uuid;
            EXIT;
        END IF;
        room := room - cardinality(nodes);
        seen := seen || nodes;
        frontier := nodes;
        jobs := ARRAY(SELECT n.node FROM unnest(nodes, kinds) AS n(node, kind) WHERE n.kind = 'job');
        systems := ARRAY(SELECT n.node FROM unnest(nodes, kinds) AS n(node, kind) WHERE n.kind = 'system');
    END LOOP;
END $$;
