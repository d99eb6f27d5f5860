-- An exception opens gates, so it is held like a decision: two people, each signed in, outside the line that profits.
CREATE OR REPLACE FUNCTION compliance_check_approver(person uuid, about compliance_policyexception) RETURNS void
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT audit_signed_in(person) THEN
        RAISE EXCEPTION 'An exception is approved by the person who is signed in, through the portal'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF about.subject_type = 'inventory.system' AND EXISTS (
        SELECT 1 FROM inventory_aisystem AS s
        WHERE s.id::text = about.subject_id AND person IN (s.owner_id, s.deputy_id, s.sponsor_id, s.proposer_id)
    ) THEN
        RAISE EXCEPTION 'Nobody excepts what they answer for' USING ERRCODE = 'check_violation';
    END IF;
END $$;

CREATE OR REPLACE FUNCTION compliance_guard_exception() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    mutable text[] := '{status,first_approver_id,second_approver_id,decided_at}';
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'An exception is never deleted; end it' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.status <> 'requested' OR NEW.first_approver_id IS NOT NULL OR NEW.second_approver_id IS NOT NULL THEN
            RAISE EXCEPTION 'An exception begins as a request' USING ERRCODE = 'check_violation';
        END IF;
        IF NOT audit_signed_in(NEW.requested_by_id) THEN
            RAISE EXCEPTION 'An exception is asked for by the person who is signed in, through the portal'
                USING ERRCODE = 'insufficient_privilege';
        END IF;
        RETURN NEW;
    END IF;
    IF (to_jsonb(NEW) - mutable) IS DISTINCT FROM (to_jsonb(OLD) - mutable) THEN
        RAISE EXCEPTION 'What an exception was asked for is frozen; ask for another'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF NEW.first_approver_id IS DISTINCT FROM OLD.first_approver_id THEN
        IF OLD.first_approver_id IS NOT NULL OR OLD.status <> 'requested' OR NEW.status <> 'requested' THEN
            RAISE EXCEPTION 'A first approval is given once, to what waits' USING ERRCODE = 'check_violation';
        END IF;
        PERFORM compliance_check_approver(NEW.first_approver_id, NEW);
    END IF;
    IF NEW.second_approver_id IS DISTINCT FROM OLD.second_approver_id THEN
        IF OLD.second_approver_id IS NOT NULL OR OLD.first_approver_id IS NULL OR OLD.status <> 'requested' THEN
            RAISE EXCEPTION 'A second approval follows a first one' USING ERRCODE = 'check_violation';
        END IF;
        PERFORM compliance_check_approver(NEW.second_approver_id, NEW);
    END IF;
    IF NEW.status IS DISTINCT FROM OLD.status AND NOT (
        (OLD.status = 'requested' AND NEW.status = 'granted' AND OLD.second_approver_id IS NULL
            AND NEW.second_approver_id IS NOT NULL)
        OR (OLD.status = 'requested' AND NEW.status = 'refused')
        OR (OLD.status = 'granted' AND NEW.status = 'ended')
    ) THEN
        RAISE EXCEPTION 'An exception does not go from % to %', OLD.status, NEW.status USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER compliance_guard BEFORE INSERT OR UPDATE OR DELETE ON compliance_policyexception
    FOR EACH ROW EXECUTE FUNCTION compliance_guard_exception();
ALTER TABLE compliance_policyexception ENABLE ALWAYS TRIGGER compliance_guard;
