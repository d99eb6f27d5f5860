-- A review freezes the release it is about, if there is one.
CREATE OR REPLACE FUNCTION gates_review_release(about uuid) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT release_id FROM gates_review WHERE id = about
$$;

CREATE OR REPLACE FUNCTION gates_guard_reviewed_release() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NEW.release_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM inventory_release AS r
        WHERE r.id = NEW.release_id AND r.system_id = NEW.system_id AND r.withdrawn_at IS NULL
          -- What the reviewers read names the release by its digest.
          AND position(convert_to(r.digest, 'UTF8') IN NEW.dossier) > 0
    ) THEN
        RAISE EXCEPTION 'A review is about a release of its system that its dossier names' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER gates_guard_release BEFORE INSERT ON gates_review
    FOR EACH ROW EXECUTE FUNCTION gates_guard_reviewed_release();
ALTER TABLE gates_review ENABLE ALWAYS TRIGGER gates_guard_release;
