-- Quorum is held over decision rows, by the policy version that the review names.
CREATE OR REPLACE FUNCTION gates_quorum_reached(about uuid) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    r gates_review;
    needed jsonb;
BEGIN
    SELECT * INTO r FROM gates_review WHERE id = about;
    SELECT quorum -> r.gate -> r.tier INTO needed FROM gates_policyversion WHERE id = r.policy_id;
    IF needed IS NULL OR needed = '{}'::jsonb THEN
        RETURN false;
    END IF;
    IF EXISTS (SELECT 1 FROM gates_decision WHERE review_id = about AND outcome IN ('changes', 'reject')) THEN
        RETURN false;
    END IF;
    RETURN NOT EXISTS (
        SELECT 1 FROM jsonb_each_text(needed) AS lane(name, number)
        WHERE (SELECT count(DISTINCT d.person_id) FROM gates_decision AS d
               WHERE d.review_id = about AND d.lane = lane.name AND d.outcome IN ('approve', 'conditions')
                 AND d.content_hash = r.content_hash) < lane.number::integer
    );
END $$;

-- Asked by the inventory's guard for every authorisation of kind decision.
CREATE OR REPLACE FUNCTION gates_authorisation_stands(review uuid, about uuid, wanted_gate text, wanted_environment text, hash text)
RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT 1 FROM gates_review AS r JOIN inventory_aisystem AS s ON s.id = r.system_id
        WHERE r.id = review AND r.system_id = about AND r.gate = wanted_gate AND r.environment = wanted_environment
          AND r.content_hash = hash AND encode(sha256(r.dossier), 'hex') = hash AND r.material_revision = s.material_revision
          AND r.state IN ('waiting', 'conditions', 'approved')
    ) AND gates_quorum_reached(review)
$$;

CREATE OR REPLACE FUNCTION gates_guard_review() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    mutable text[] := '{state,closed_at}';
    s inventory_aisystem;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'A review is never deleted; withdraw it' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF TG_OP = 'INSERT' THEN
        SELECT * INTO s FROM inventory_aisystem WHERE id = NEW.system_id;
        IF NEW.state <> 'waiting' OR NEW.content_hash <> encode(sha256(NEW.dossier), 'hex')
           OR NEW.material_revision <> s.material_revision
           OR NEW.tier <> coalesce(nullif(s.tier, ''), nullif(s.provisional_tier, ''), 'T1') THEN
            RAISE EXCEPTION 'A review begins waiting, on the system as it stands' USING ERRCODE = 'check_violation';
        END IF;
        IF NEW.submitted_by_id IS DISTINCT FROM s.owner_id AND NEW.submitted_by_id IS DISTINCT FROM s.deputy_id THEN
            RAISE EXCEPTION 'A review is submitted by those who answer for the system' USING ERRCODE = 'check_violation';
        END IF;
        IF NOT audit_signed_in(NEW.submitted_by_id) THEN
            RAISE EXCEPTION 'A review is submitted by the person who is signed in, through the portal'
                USING ERRCODE = 'insufficient_privilege';
        END IF;
        RETURN NEW;
    END IF;
    IF (to_jsonb(NEW) - mutable) IS DISTINCT FROM (to_jsonb(OLD) - mutable) THEN
        RAISE EXCEPTION 'What was submitted to a review is frozen' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF NEW.state IS DISTINCT FROM OLD.state THEN
        IF NOT ((OLD.state = 'waiting' AND NEW.state <> 'waiting') OR (OLD.state = 'conditions' AND NEW.state IN ('approved', 'withdrawn', 'expired')))
           OR (NEW.state IN ('approved', 'conditions') AND NOT gates_quorum_reached(NEW.id))
           OR (NEW.state IN ('changes', 'rejected') AND NOT EXISTS (
               SELECT 1 FROM gates_decision AS d
               WHERE d.review_id = NEW.id AND d.outcome = CASE NEW.state WHEN 'rejected' THEN 'reject' ELSE 'changes' END)) THEN
            RAISE EXCEPTION 'A review does not go from % to % without its quorum', OLD.state, NEW.state
                USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    RETURN NEW;
END $$;

-- A decision is a personal act of somebody outside the line that profits, on exactly what was frozen.
CREATE OR REPLACE FUNCTION gates_guard_decision() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    r gates_review;
    s inventory_aisystem;
    needed jsonb;
BEGIN
    SELECT * INTO r FROM gates_review WHERE id = NEW.review_id;
    -- Held until the end, so that no material change slips in between the look and the decision.
    SELECT * INTO s FROM inventory_aisystem WHERE id = r.system_id FOR NO KEY UPDATE;
    SELECT quorum -> r.gate -> r.tier INTO needed FROM gates_policyversion WHERE id = r.policy_id;
    IF NOT coalesce(needed ? NEW.lane, false) OR NEW.outcome NOT IN ('approve', 'conditions', 'changes', 'reject') THEN
        RAISE EXCEPTION 'This review has no lane % with that answer', NEW.lane USING ERRCODE = 'check_violation';
    END IF;
    IF r.state <> 'waiting' THEN
        RAISE EXCEPTION 'This review no longer waits for decisions' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.content_hash <> r.content_hash OR r.material_revision <> s.material_revision THEN
        RAISE EXCEPTION 'The decision is not on what stands now' USING ERRCODE = 'check_violation';
    END IF;
    IF gates_hand_in(NEW.person_id, r, s) THEN
        RAISE EXCEPTION 'Nobody decides on what they own, submitted, assessed or edited last' USING ERRCODE = 'check_violation';
    END IF;
    IF NOT audit_signed_in(NEW.person_id) THEN
        RAISE EXCEPTION 'A decision is made by the person who is signed in, through the portal' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER gates_guard BEFORE INSERT OR UPDATE OR DELETE ON gates_review FOR EACH ROW EXECUTE FUNCTION gates_guard_review();
CREATE OR REPLACE TRIGGER gates_guard BEFORE INSERT ON gates_decision FOR EACH ROW EXECUTE FUNCTION gates_guard_decision();
ALTER TABLE gates_review ENABLE ALWAYS TRIGGER gates_guard;
ALTER TABLE gates_decision ENABLE ALWAYS TRIGGER gates_guard;
