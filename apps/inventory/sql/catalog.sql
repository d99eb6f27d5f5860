-- The lower-case text that searches look in, kept beside the words themselves.
CREATE OR REPLACE FUNCTION inventory_use_case_text() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.search_text := lower(NEW.key || ' ' || NEW.name || ' ' || NEW.purpose);
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION inventory_approved_use_guard() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    NEW.search_text := lower(
        NEW.key || ' ' || NEW.title || ' ' || NEW.purpose || ' '
        || (SELECT name || ' ' || summary FROM inventory_aisystem WHERE id = NEW.system_id)
    );
    -- A use is in force by its system's authorisation only, never by being typed so.
    IF NEW.status = 'in_force' AND NOT EXISTS (
        SELECT 1 FROM inventory_authorisation AS a
        WHERE a.id = NEW.authorisation_id AND a.system_id = NEW.system_id AND a.environment IN ('pilot', 'production')
          AND a.kind IN ('decision', 'exception')
    ) THEN
        RAISE EXCEPTION 'A use is approved by an authorisation of its system' USING ERRCODE = 'check_violation';
    END IF;
    -- What was approved stays as it was approved: a changed use is a new proposal.
    IF TG_OP = 'UPDATE' AND OLD.status <> 'proposed'
       AND (to_jsonb(NEW) - '{status,withdrawn_at,withdrawn_reason,authorisation_id,search_text}'::text[])
           IS DISTINCT FROM (to_jsonb(OLD) - '{status,withdrawn_at,withdrawn_reason,authorisation_id,search_text}'::text[]) THEN
        RAISE EXCEPTION 'An approved use is never changed; withdraw it and propose another'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER inventory_text BEFORE INSERT OR UPDATE ON inventory_usecase
    FOR EACH ROW EXECUTE FUNCTION inventory_use_case_text();
CREATE TRIGGER inventory_guard BEFORE INSERT OR UPDATE ON inventory_approveduse
    FOR EACH ROW EXECUTE FUNCTION inventory_approved_use_guard();
ALTER TABLE inventory_usecase ENABLE ALWAYS TRIGGER inventory_text;
ALTER TABLE inventory_approveduse ENABLE ALWAYS TRIGGER inventory_guard;
