-- The clock of the database: real time, except in a database marked as demo while the demo clock is set.
CREATE OR REPLACE FUNCTION gatehouse_now() RETURNS timestamptz LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF coalesce(current_setting('gatehouse.demo_now', true), '') <> ''
       AND EXISTS (SELECT 1 FROM audit_installation WHERE demo) THEN
        RETURN current_setting('gatehouse.demo_now', true)::timestamptz;
    END IF;
    RETURN clock_timestamp();
END $$;

-- Whether the transaction runs for this person, signed in to the portal: what guards ask before they believe a name.
CREATE OR REPLACE FUNCTION audit_signed_in(person uuid) RETURNS boolean
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT coalesce(context->>'actor_kind' = 'person' AND context->>'actor_id' = person::text, false)
    FROM (SELECT nullif(current_setting('gatehouse.context', true), '')::jsonb AS context) AS running
$$;

-- The one way into the ledger. Who and why come from the transaction's context; without one, the change was made outside.
CREATE OR REPLACE FUNCTION audit_append(
    entry_kind text, entry_event text, entry_subject_type text, entry_subject_id text,
    entry_changes jsonb, entry_details jsonb, entry_reason text, entry_request_key text, personal jsonb
) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    context jsonb := nullif(current_setting('gatehouse.context', true), '')::jsonb;
    -- Inside this function current_user is the owner; the caller is the role that was set, or who logged in.
    caller text := CASE current_setting('role') WHEN 'none' THEN session_user ELSE current_setting('role') END;
    reason text := coalesce(entry_reason, context->>'reason', '');
    reason_salt text := replace(gen_random_uuid()::text, '-', '');
    new_id bigint;
BEGIN
    -- Only a row that changes says so: the application's role may call this function, and invents no change.
    IF entry_kind = 'change' AND pg_trigger_depth() = 0 THEN
        RAISE EXCEPTION 'A change is recorded by the row that changed' USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO audit_entry (kind, event, subject_type, subject_id, actor_kind, actor_id, changes, details,
        reason_commitment, correlation_id, origin, request_key, database_user, occurred_at, recorded_at, cluster, xid)
    VALUES (entry_kind, coalesce(entry_event, context->>'event', 'audit.change.outside'),
        entry_subject_type, entry_subject_id,
        coalesce(context->>'actor_kind', 'outside'), coalesce(context->>'actor_id', caller),
        entry_changes, entry_details,
        CASE WHEN reason = '' THEN '' ELSE encode(sha256(convert_to(reason_salt || reason, 'UTF8')), 'hex') END,
        coalesce(context->>'correlation_id', ''), coalesce(context->>'origin', 'outside'), entry_request_key, caller,
        gatehouse_now(), clock_timestamp(), (SELECT system_identifier::text FROM pg_control_system()),
        pg_current_xact_id()::text::bigint)
    RETURNING id INTO new_id;
    -- The reason is kept once per operation: on its operation or access entry, not again on each changed row.
    IF reason <> '' THEN
        INSERT INTO audit_personaltext (entry_id, field, salt, text) VALUES (new_id, 'reason', reason_salt, reason);
    END IF;
    IF personal IS NOT NULL THEN
        INSERT INTO audit_personaltext (entry_id, field, salt, text)
        SELECT new_id, item->>'field', item->>'salt', item->>'text' FROM jsonb_array_elements(personal) AS item;
    END IF;
    RETURN new_id;
END $$;

-- Replaces the text of personal columns by salted commitments and collects the texts for the erasable side table.
CREATE OR REPLACE FUNCTION audit_commit_personal(INOUT changes jsonb, columns text[], OUT personal jsonb)
LANGUAGE plpgsql AS $$
DECLARE
    name text;
    side integer;
    clear text;
    salt text;
    pair jsonb;
BEGIN
    FOREACH name IN ARRAY columns LOOP
        CONTINUE WHEN NOT changes ? name;
        pair := changes->name;
        FOR side IN 0..1 LOOP
            clear := pair->>side;
            CONTINUE WHEN clear IS NULL OR clear = '';
            salt := replace(gen_random_uuid()::text, '-', '');
            personal := coalesce(personal, '[]'::jsonb) || jsonb_build_object(
                'field', name || CASE side WHEN 0 THEN ':before' ELSE ':after' END, 'salt', salt, 'text', clear);
            pair := jsonb_set(pair, ARRAY[side::text],
                to_jsonb('sha256:' || encode(sha256(convert_to(salt || clear, 'UTF8')), 'hex')));
        END LOOP;
        changes := jsonb_set(changes, ARRAY[name], pair);
    END LOOP;
END $$;

-- The one recorder of field changes, a row trigger on every governed table.
-- Arguments: subject type, key column, personal columns, masked columns, ignored columns (comma-separated).
CREATE OR REPLACE FUNCTION audit_capture() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    changes jsonb;
    personal jsonb;
    name text;
    ignored text[] := string_to_array(TG_ARGV[4], ',');
    key text;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF OLD IS NOT DISTINCT FROM NEW THEN
            RETURN NULL;
        END IF;
        SELECT jsonb_object_agg(after.key, jsonb_build_array(before.value, after.value)) INTO changes
        FROM jsonb_each_text(to_jsonb(NEW)) AS after JOIN jsonb_each_text(to_jsonb(OLD)) AS before USING (key)
        WHERE after.value IS DISTINCT FROM before.value AND after.key <> ALL (ignored);
        IF changes IS NULL THEN
            RETURN NULL;
        END IF;
        key := to_jsonb(NEW)->>TG_ARGV[1];
    ELSIF TG_OP = 'INSERT' THEN
        SELECT jsonb_object_agg(after.key, jsonb_build_array(NULL, after.value)) INTO changes
        FROM jsonb_each_text(to_jsonb(NEW)) AS after
        WHERE after.value IS NOT NULL AND after.key <> ALL (ignored);
        key := to_jsonb(NEW)->>TG_ARGV[1];
    ELSE
        SELECT jsonb_object_agg(before.key, jsonb_build_array(before.value, NULL)) INTO changes
        FROM jsonb_each_text(to_jsonb(OLD)) AS before
        WHERE before.value IS NOT NULL AND before.key <> ALL (ignored);
        key := to_jsonb(OLD)->>TG_ARGV[1];
    END IF;
    FOREACH name IN ARRAY string_to_array(TG_ARGV[3], ',') LOOP
        IF changes ? name THEN
            changes := jsonb_set(changes, ARRAY[name], '["masked", "masked"]'::jsonb);
        END IF;
    END LOOP;
    IF TG_ARGV[2] <> '' THEN
        SELECT result.changes, result.personal INTO changes, personal
        FROM audit_commit_personal(changes, string_to_array(TG_ARGV[2], ',')) AS result;
    END IF;
    PERFORM audit_append('change', NULL, TG_ARGV[0], key, changes,
        jsonb_build_object('row', lower(TG_OP)), '', NULL, personal);
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION audit_capture_truncate() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM audit_append('change', 'audit.table.truncated', TG_ARGV[0], '', '{}'::jsonb,
        jsonb_build_object('row', 'truncate', 'table', TG_TABLE_NAME::text), '', NULL, NULL);
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION audit_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on % is refused: this table is append-only', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;
