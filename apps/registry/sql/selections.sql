-- What was compared stays as it was when it was decided or given up.
CREATE OR REPLACE FUNCTION registry_guard_selection() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.status <> 'open' THEN
        RAISE EXCEPTION 'A selection that was decided stays as it was' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;

-- A candidate is not moved out of a decided selection either.
CREATE OR REPLACE FUNCTION registry_guard_candidate() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM registry_selection AS s
        WHERE s.status <> 'open'
          AND s.id IN (CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE OLD.selection_id END,
                       CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE NEW.selection_id END)
    ) THEN
        RAISE EXCEPTION 'A selection that was decided keeps its candidates as they were' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;

CREATE TRIGGER registry_guard BEFORE UPDATE OR DELETE ON registry_selection
    FOR EACH ROW EXECUTE FUNCTION registry_guard_selection();
ALTER TABLE registry_selection ENABLE ALWAYS TRIGGER registry_guard;
