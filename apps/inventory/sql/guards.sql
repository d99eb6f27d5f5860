-- Material changes: a changed material field raises the system's revision, so that authorisations naming the old one
-- are stale at once and by themselves, also for an UPDATE typed in psql.
CREATE OR REPLACE FUNCTION inventory_note_material(
    about uuid, new_revision integer, changed_table text, row_id text, before jsonb, after jsonb
) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    noted integer;
BEGIN
    INSERT INTO inventory_materialchange (system_id, revision, table_name, row_id, column_name, before, after, changed_at)
    SELECT about, new_revision, changed_table, row_id, field.column_name,
           before->>field.column_name, after->>field.column_name, gatehouse_now()
    FROM inventory_materialfield AS field
    WHERE field.table_name = changed_table
      AND (before->>field.column_name) IS DISTINCT FROM (after->>field.column_name);
    GET DIAGNOSTICS noted = ROW_COUNT;
    RETURN noted;
END $$;

CREATE OR REPLACE FUNCTION inventory_guard_system() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    needed text[];
    free boolean;
    stands boolean;
BEGIN
    NEW.search_text := lower(NEW.key || ' ' || NEW.name || ' ' || NEW.summary);
    IF TG_OP = 'INSERT' THEN
        IF NEW.stage <> 'proposed' THEN
            RAISE EXCEPTION 'A system begins as proposed; % needs its gate', NEW.stage USING ERRCODE = 'check_violation';
        END IF;
        NEW.material_revision := 1;
        RETURN NEW;
    END IF;
    -- The revision is the trigger's own: nobody sets it back to make a stale approval fit again.
    NEW.material_revision := OLD.material_revision;
    IF inventory_note_material(NEW.id, OLD.material_revision + 1, TG_TABLE_NAME, NEW.id::text, to_jsonb(OLD), to_jsonb(NEW)) > 0
       OR current_setting('gatehouse.raise_revision', true) = NEW.id::text THEN
        NEW.material_revision := OLD.material_revision + 1;
    END IF;
    IF NEW.stage IS DISTINCT FROM OLD.stage THEN
        SELECT bool_or(step.gate = ''), array_agg(step.gate) FILTER (WHERE step.gate <> '') INTO free, needed
        FROM inventory_stagetransition AS step
        WHERE step.source = OLD.stage AND step.target = NEW.stage
          AND coalesce(nullif(NEW.tier, ''), nullif(NEW.provisional_tier, ''), 'T1') = ANY (string_to_array(step.tiers, ','));
        IF free IS NULL THEN
            RAISE EXCEPTION 'There is no step from % to % for this tier', OLD.stage, NEW.stage USING ERRCODE = 'check_violation';
        END IF;
        IF NOT free THEN
            SELECT EXISTS (
                SELECT 1 FROM inventory_authorisation AS a
                WHERE a.system_id = NEW.id AND a.gate = ANY (needed) AND a.environment = NEW.stage
                  AND a.kind IN ('decision', 'exception') AND a.revoked_at IS NULL
                  AND a.valid_from <= gatehouse_now() AND a.valid_until > gatehouse_now()
                  AND a.material_revision = NEW.material_revision
            ) INTO stands;
            IF NOT stands THEN
                RAISE EXCEPTION 'The step from % to % needs a valid authorisation of gate %', OLD.stage, NEW.stage,
                    array_to_string(needed, ' or ') USING ERRCODE = 'check_violation';
            END IF;
        END IF;
    END IF;
    -- Nobody leaves a suspension by a side door: not by way of "not running", not by moving its date.
    IF OLD.operating_status = 'suspended' AND NEW.operating_status = 'suspended'
       AND NEW.suspended_at IS DISTINCT FROM OLD.suspended_at THEN
        RAISE EXCEPTION 'The date of a suspension is never changed' USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.operating_status = 'suspended' AND NEW.operating_status <> 'suspended'
       AND NOT (NEW.operating_status = 'not_running' AND NEW.stage IN ('retiring', 'retired', 'withdrawn', 'rejected')) THEN
        SELECT EXISTS (
            SELECT 1 FROM inventory_authorisation AS a
            WHERE a.system_id = NEW.id AND a.gate = 'G5' AND a.environment = 'operation' AND a.revoked_at IS NULL
              AND a.kind IN ('decision', 'exception')
              AND a.issued_at >= OLD.suspended_at AND a.valid_until > gatehouse_now()
              AND a.material_revision = NEW.material_revision
        ) INTO stands;
        IF NOT stands THEN
            RAISE EXCEPTION 'A suspended system resumes only by a review (gate G5)' USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    RETURN NEW;
END $$;

-- Rows that belong to a system raise its revision too.
CREATE OR REPLACE FUNCTION inventory_child_material() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    before jsonb := CASE WHEN TG_OP = 'INSERT' THEN '{}'::jsonb ELSE to_jsonb(OLD) END;
    after jsonb := CASE WHEN TG_OP = 'DELETE' THEN '{}'::jsonb ELSE to_jsonb(NEW) END;
    about uuid;
    revision integer;
BEGIN
    FOR about IN
        SELECT DISTINCT system_id FROM (
            SELECT (before->>TG_ARGV[0])::uuid AS system_id WHERE TG_ARGV[0] <> ''
            UNION SELECT (after->>TG_ARGV[0])::uuid WHERE TG_ARGV[0] <> ''
            UNION SELECT link.system_id FROM inventory_usecasesystem AS link
                WHERE TG_ARGV[0] = '' AND link.use_case_id = coalesce(after->>'id', before->>'id')::uuid
        ) AS affected WHERE system_id IS NOT NULL
    LOOP
        SELECT material_revision + 1 INTO revision FROM inventory_aisystem WHERE id = about;
        IF inventory_note_material(about, revision, TG_TABLE_NAME, coalesce(after->>'id', before->>'id'), before, after) > 0 THEN
            PERFORM set_config('gatehouse.raise_revision', about::text, true);
            UPDATE inventory_aisystem SET updated_at = gatehouse_now() WHERE id = about;
            PERFORM set_config('gatehouse.raise_revision', '', true);
        END IF;
    END LOOP;
    RETURN NULL;
END $$;

-- Authorisations: nobody forges one, nobody edits one; only revoking and using change a row.
CREATE OR REPLACE FUNCTION inventory_guard_authorisation() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    stands boolean := false;
    present integer;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'An authorisation is never deleted; revoke it' USING ERRCODE = 'insufficient_privilege';
    ELSIF TG_OP = 'UPDATE' THEN
        IF (to_jsonb(NEW) - '{used_at,revoked_at,revoked_reason}'::text[])
           IS DISTINCT FROM (to_jsonb(OLD) - '{used_at,revoked_at,revoked_reason}'::text[])
           OR (OLD.revoked_at IS NOT NULL AND NEW.revoked_at IS DISTINCT FROM OLD.revoked_at)
           OR (OLD.used_at IS NOT NULL AND NEW.used_at IS DISTINCT FROM OLD.used_at) THEN
            RAISE EXCEPTION 'An authorisation is never changed; only used or revoked' USING ERRCODE = 'insufficient_privilege';
        END IF;
        RETURN NEW;
    END IF;
    SELECT material_revision INTO present FROM inventory_aisystem WHERE id = NEW.system_id;
    IF NEW.material_revision IS DISTINCT FROM present THEN
        RAISE EXCEPTION 'The authorisation names revision %, the system is at %', NEW.material_revision, present
            USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.revoked_at IS NOT NULL OR NEW.used_at IS NOT NULL THEN
        RAISE EXCEPTION 'An authorisation begins unused and unrevoked' USING ERRCODE = 'check_violation';
    END IF;
    -- Gates and compliance install the functions that know; until then nothing of their kind can be issued.
    IF NEW.kind = 'decision' AND to_regprocedure('gates_authorisation_stands(uuid,uuid,text,text,text)') IS NOT NULL THEN
        EXECUTE 'SELECT gates_authorisation_stands($1, $2, $3, $4, $5)' INTO stands
            USING NEW.review_id, NEW.system_id, NEW.gate, NEW.environment, NEW.content_hash;
    ELSIF NEW.kind = 'exception' AND to_regprocedure('compliance_exception_stands(uuid,uuid,text)') IS NOT NULL THEN
        EXECUTE 'SELECT compliance_exception_stands($1, $2, $3)' INTO stands
            USING NEW.exception_id, NEW.system_id, NEW.gate;
    ELSIF NEW.kind = 'legacy' THEN
        SELECT EXISTS (
            SELECT 1 FROM inventory_legacyperiod AS period
            WHERE period.system_id = NEW.system_id AND period.signed_by_id = NEW.signed_by_id
              AND period.countersigned_by_id = NEW.countersigned_by_id AND period.signed_by_id <> period.countersigned_by_id
              AND period.authorisation_id IS NULL AND NEW.valid_until <= period.until + interval '1 day'
        ) INTO stands;
    END IF;
    IF stands IS NOT TRUE THEN
        RAISE EXCEPTION 'No quorum, exception or pair of signatures stands behind this authorisation'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER inventory_guard BEFORE INSERT OR UPDATE ON inventory_aisystem
    FOR EACH ROW EXECUTE FUNCTION inventory_guard_system();
CREATE TRIGGER inventory_guard BEFORE INSERT OR UPDATE OR DELETE ON inventory_authorisation
    FOR EACH ROW EXECUTE FUNCTION inventory_guard_authorisation();
CREATE TRIGGER inventory_material AFTER INSERT OR UPDATE OR DELETE ON inventory_component
    FOR EACH ROW EXECUTE FUNCTION inventory_child_material('system_id');
CREATE TRIGGER inventory_material AFTER INSERT OR UPDATE OR DELETE ON inventory_dependency
    FOR EACH ROW EXECUTE FUNCTION inventory_child_material('system_id');
CREATE TRIGGER inventory_material AFTER INSERT OR UPDATE OR DELETE ON inventory_usecasesystem
    FOR EACH ROW EXECUTE FUNCTION inventory_child_material('system_id');
CREATE TRIGGER inventory_material AFTER UPDATE ON inventory_usecase
    FOR EACH ROW EXECUTE FUNCTION inventory_child_material('');
ALTER TABLE inventory_aisystem ENABLE ALWAYS TRIGGER inventory_guard;
ALTER TABLE inventory_authorisation ENABLE ALWAYS TRIGGER inventory_guard;
ALTER TABLE inventory_component ENABLE ALWAYS TRIGGER inventory_material;
ALTER TABLE inventory_dependency ENABLE ALWAYS TRIGGER inventory_material;
ALTER TABLE inventory_usecasesystem ENABLE ALWAYS TRIGGER inventory_material;
ALTER TABLE inventory_usecase ENABLE ALWAYS TRIGGER inventory_material;
