-- A release is what its digest says, and stays so.
CREATE OR REPLACE FUNCTION inventory_guard_release() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'A release is never deleted; withdraw it' USING ERRCODE = 'insufficient_privilege';
    ELSIF TG_OP = 'UPDATE' THEN
        IF (to_jsonb(NEW) - '{withdrawn_at,withdrawn_reason}'::text[]) IS DISTINCT FROM (to_jsonb(OLD) - '{withdrawn_at,withdrawn_reason}'::text[])
           OR (OLD.withdrawn_at IS NOT NULL AND NEW.withdrawn_at IS DISTINCT FROM OLD.withdrawn_at) THEN
            RAISE EXCEPTION 'A release is frozen; it can only be withdrawn' USING ERRCODE = 'insufficient_privilege';
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.digest <> encode(sha256(NEW.content), 'hex') OR NEW.withdrawn_at IS NOT NULL THEN
        RAISE EXCEPTION 'The digest of a release is that of its content' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

-- An authorisation names the release that was reviewed, and no other.
CREATE OR REPLACE FUNCTION inventory_guard_authorised_release() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    reviewed uuid;
BEGIN
    IF NEW.release_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM inventory_release AS r
        WHERE r.id = NEW.release_id AND r.system_id = NEW.system_id AND r.withdrawn_at IS NULL
    ) THEN
        RAISE EXCEPTION 'The release is of another system, or withdrawn' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.kind = 'decision' AND to_regprocedure('gates_review_release(uuid)') IS NOT NULL THEN
        EXECUTE 'SELECT gates_review_release($1)' INTO reviewed USING NEW.review_id;
    END IF;
    IF NEW.release_id IS DISTINCT FROM reviewed THEN
        RAISE EXCEPTION 'The authorisation names another release than the review' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

-- Asked by deployments, permits and runtime decisions: does anything cover this release in this environment now?
CREATE OR REPLACE FUNCTION inventory_release_covered(wanted uuid, place text, at timestamptz)
RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT a.id FROM inventory_authorisation AS a
    JOIN inventory_aisystem AS s ON s.id = a.system_id
    JOIN inventory_release AS r ON r.id = a.release_id
    WHERE a.release_id = wanted AND a.kind = 'decision' AND a.revoked_at IS NULL AND r.withdrawn_at IS NULL
      AND a.valid_from <= at AND a.valid_until > at AND a.material_revision = s.material_revision
      AND (a.environment = place OR (a.environment = 'production' AND place = 'pilot'))
    ORDER BY a.valid_until DESC LIMIT 1
$$;

CREATE TRIGGER inventory_guard BEFORE INSERT OR UPDATE OR DELETE ON inventory_release
    FOR EACH ROW EXECUTE FUNCTION inventory_guard_release();
CREATE TRIGGER inventory_guard_release BEFORE INSERT ON inventory_authorisation
    FOR EACH ROW EXECUTE FUNCTION inventory_guard_authorised_release();
ALTER TABLE inventory_release ENABLE ALWAYS TRIGGER inventory_guard;
ALTER TABLE inventory_authorisation ENABLE ALWAYS TRIGGER inventory_guard_release;
