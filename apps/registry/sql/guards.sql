-- The lower-case text that searches look in, and the number that remembered decisions are compared with.
CREATE OR REPLACE FUNCTION registry_model_text() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.search_text := lower(
        NEW.key || ' ' || NEW.name || ' ' || NEW.summary || ' ' || NEW.task || ' ' || NEW.base_name || ' ' || NEW.licence
    );
    IF TG_OP = 'UPDATE' AND (NEW.name, NEW.owner_id) IS DISTINCT FROM (OLD.name, OLD.owner_id) THEN
        NEW.access_version := OLD.access_version + 1;
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION registry_access_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        UPDATE registry_aimodel SET access_version = access_version + 1 WHERE id = OLD.ai_model_id;
    END IF;
    IF TG_OP = 'INSERT' OR (TG_OP = 'UPDATE' AND NEW.ai_model_id <> OLD.ai_model_id) THEN
        UPDATE registry_aimodel SET access_version = access_version + 1 WHERE id = NEW.ai_model_id;
    END IF;
    RETURN NULL;
END $$;

-- A version is what it was registered as; only its stage moves, and forward.
CREATE OR REPLACE FUNCTION registry_guard_version() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    mutable text[] := '{stage,deprecated_at,deprecated_reason,retires_on,replaced_by_id}';
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'A version is never deleted; retire it' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.stage <> 'candidate' THEN
            RAISE EXCEPTION 'A version begins as a candidate' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF (to_jsonb(NEW) - mutable) IS DISTINCT FROM (to_jsonb(OLD) - mutable) THEN
        RAISE EXCEPTION 'A version is immutable; register another one' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF OLD.stage = 'retired' AND NEW.stage <> 'retired' THEN
        RAISE EXCEPTION 'A retired version does not come back' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

-- What should run in pilot and production needs an authorisation of exactly that release, or an emergency that two people
-- (or one, breaking the glass) answer for. What was seen running is written down whatever it is.
CREATE OR REPLACE FUNCTION registry_guard_deployment() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    s inventory_aisystem;
    covering uuid;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'A deployment is never deleted; it ends' USING ERRCODE = 'insufficient_privilege';
    ELSIF TG_OP = 'UPDATE' THEN
        IF (to_jsonb(NEW) - 'valid_until') IS DISTINCT FROM (to_jsonb(OLD) - 'valid_until')
           OR (OLD.valid_until IS NOT NULL AND NEW.valid_until IS DISTINCT FROM OLD.valid_until)
           OR NEW.valid_until > gatehouse_now() + interval '1 minute' THEN
            RAISE EXCEPTION 'A deployment is never changed; it only ends' USING ERRCODE = 'insufficient_privilege';
        END IF;
        RETURN NEW;
    END IF;
    SELECT * INTO s FROM inventory_aisystem WHERE id = NEW.system_id;
    IF NEW.release_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM inventory_release AS r WHERE r.id = NEW.release_id AND r.system_id = NEW.system_id
    ) THEN
        RAISE EXCEPTION 'The release is of another system' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.side = 'observed' OR NEW.environment NOT IN ('pilot', 'production') THEN
        RETURN NEW;
    END IF;
    IF NEW.valid_from < gatehouse_now() - interval '5 minutes' OR NEW.valid_from > gatehouse_now() + interval '1 minute' THEN
        RAISE EXCEPTION 'What should run is said when it is decided, not for another time' USING ERRCODE = 'check_violation';
    END IF;
    IF s.stage NOT IN ('production', 'retiring') AND NOT (s.stage = 'pilot' AND NEW.environment = 'pilot') THEN
        RAISE EXCEPTION 'The system is in %, it does not run in %', s.stage, NEW.environment USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.rollback_id IS NOT NULL AND EXISTS (
        SELECT 1 FROM registry_rollback AS b
        WHERE b.id = NEW.rollback_id AND b.kind IN ('emergency', 'break_glass') AND b.state = 'ordered'
          AND b.system_id = NEW.system_id AND b.environment = NEW.environment AND b.region = NEW.region
          AND b.to_release_id = NEW.release_id AND b.ordered_at >= gatehouse_now() - interval '5 minutes'
          AND NOT EXISTS (SELECT 1 FROM registry_deployment AS d WHERE d.rollback_id = b.id AND d.side = 'desired')
    ) THEN
        RETURN NEW;
    END IF;
    covering := inventory_release_covered(NEW.release_id, NEW.environment, gatehouse_now());
    IF covering IS NULL OR NEW.authorisation_id IS NULL OR NOT EXISTS (
        SELECT 1 FROM inventory_authorisation AS a, inventory_release AS r
        WHERE a.id = NEW.authorisation_id AND a.release_id = NEW.release_id AND r.id = NEW.release_id
          AND a.kind = 'decision' AND a.revoked_at IS NULL AND r.withdrawn_at IS NULL
          AND a.valid_from <= gatehouse_now() AND a.valid_until > gatehouse_now()
          AND a.material_revision = s.material_revision
          AND (a.environment = NEW.environment OR (a.environment = 'production' AND NEW.environment = 'pilot'))
    ) THEN
        RAISE EXCEPTION 'No valid authorisation covers this release in %', NEW.environment USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

-- An emergency goes to a release that a gate once approved there, by people who are signed in; it begins unfinished.
CREATE OR REPLACE FUNCTION registry_guard_rollback() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    mutable text[] := '{state,second_by_id,second_at,second_reason,ordered_at,observed_at,reviewed_by_id,reviewed_at,review}';
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'A rollback is never deleted' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF TG_OP = 'UPDATE' AND (to_jsonb(NEW) - mutable) IS DISTINCT FROM (to_jsonb(OLD) - mutable) THEN
        RAISE EXCEPTION 'What was rolled back, why and by whom stays as it was' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF TG_OP = 'INSERT' AND NEW.kind IN ('emergency', 'break_glass') THEN
        IF NEW.asked_by_id IS NULL OR NOT audit_signed_in(NEW.asked_by_id) THEN
            RAISE EXCEPTION 'An emergency is called by the person who is signed in' USING ERRCODE = 'insufficient_privilege';
        END IF;
        IF NOT EXISTS (
            SELECT 1 FROM inventory_authorisation AS a
            WHERE a.system_id = NEW.system_id AND a.release_id = NEW.to_release_id AND a.kind = 'decision'
              AND (a.environment = NEW.environment OR (a.environment = 'production' AND NEW.environment = 'pilot'))
        ) THEN
            RAISE EXCEPTION 'No gate ever approved that release there' USING ERRCODE = 'check_violation';
        END IF;
        IF NEW.kind = 'emergency' AND (NEW.state <> 'waiting' OR NEW.second_by_id IS NOT NULL) THEN
            RAISE EXCEPTION 'An emergency waits for a second person' USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.second_by_id IS DISTINCT FROM OLD.second_by_id
       AND (OLD.second_by_id IS NOT NULL OR NOT audit_signed_in(NEW.second_by_id)) THEN
        RAISE EXCEPTION 'The second person is the one who is signed in' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF NEW.kind = 'emergency' AND NEW.state IN ('ordered', 'observed', 'reviewed') AND NEW.second_by_id IS NULL THEN
        RAISE EXCEPTION 'An emergency needs a second person' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

-- A permit is what was signed; it can only be revoked, once.
CREATE OR REPLACE FUNCTION registry_guard_permit() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'A permit is never deleted; revoke it' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF (to_jsonb(NEW) - '{revoked_at,revoked_by_id,revoked_reason}'::text[])
       IS DISTINCT FROM (to_jsonb(OLD) - '{revoked_at,revoked_by_id,revoked_reason}'::text[]) OR OLD.revoked_at IS NOT NULL THEN
        RAISE EXCEPTION 'A permit is never changed; only revoked' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;

-- A decided comparison stays as it was decided.
CREATE OR REPLACE FUNCTION registry_guard_candidate() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM registry_selection AS s
               WHERE s.id = coalesce(NEW.selection_id, OLD.selection_id) AND s.status <> 'open') THEN
        RAISE EXCEPTION 'A decided comparison stays as it was' USING ERRCODE = 'check_violation';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;

CREATE TRIGGER registry_text BEFORE INSERT OR UPDATE ON registry_aimodel FOR EACH ROW EXECUTE FUNCTION registry_model_text();
CREATE TRIGGER registry_access AFTER INSERT OR UPDATE OR DELETE ON registry_modelgrant
    FOR EACH ROW EXECUTE FUNCTION registry_access_changed();
CREATE TRIGGER registry_access AFTER INSERT OR UPDATE OR DELETE ON registry_modelalias
    FOR EACH ROW EXECUTE FUNCTION registry_access_changed();
CREATE TRIGGER registry_access AFTER INSERT OR UPDATE ON registry_modelversion
    FOR EACH ROW EXECUTE FUNCTION registry_access_changed();
CREATE TRIGGER registry_access AFTER INSERT OR UPDATE ON registry_providerterms
    FOR EACH ROW EXECUTE FUNCTION registry_access_changed();
CREATE TRIGGER registry_guard BEFORE INSERT OR UPDATE OR DELETE ON registry_modelversion
    FOR EACH ROW EXECUTE FUNCTION registry_guard_version();
CREATE TRIGGER registry_guard BEFORE INSERT OR UPDATE OR DELETE ON registry_deployment
    FOR EACH ROW EXECUTE FUNCTION registry_guard_deployment();
CREATE TRIGGER registry_guard BEFORE INSERT OR UPDATE OR DELETE ON registry_rollback
    FOR EACH ROW EXECUTE FUNCTION registry_guard_rollback();
CREATE TRIGGER registry_guard BEFORE UPDATE OR DELETE ON registry_deploymentpermit
    FOR EACH ROW EXECUTE FUNCTION registry_guard_permit();
CREATE TRIGGER registry_guard BEFORE INSERT OR UPDATE OR DELETE ON registry_candidate
    FOR EACH ROW EXECUTE FUNCTION registry_guard_candidate();
ALTER TABLE registry_aimodel ENABLE ALWAYS TRIGGER registry_text;
ALTER TABLE registry_modelgrant ENABLE ALWAYS TRIGGER registry_access;
ALTER TABLE registry_modelalias ENABLE ALWAYS TRIGGER registry_access;
ALTER TABLE registry_modelversion ENABLE ALWAYS TRIGGER registry_access;
ALTER TABLE registry_providerterms ENABLE ALWAYS TRIGGER registry_access;
ALTER TABLE registry_modelversion ENABLE ALWAYS TRIGGER registry_guard;
ALTER TABLE registry_deployment ENABLE ALWAYS TRIGGER registry_guard;
ALTER TABLE registry_rollback ENABLE ALWAYS TRIGGER registry_guard;
ALTER TABLE registry_deploymentpermit ENABLE ALWAYS TRIGGER registry_guard;
ALTER TABLE registry_candidate ENABLE ALWAYS TRIGGER registry_guard;
