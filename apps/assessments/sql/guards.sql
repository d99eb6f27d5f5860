-- Texts that people answered to or were judged by never change.
CREATE OR REPLACE FUNCTION assessments_guard_text() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'A published text is never deleted' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF (to_jsonb(NEW) - 'offered'::text) IS DISTINCT FROM (to_jsonb(OLD) - 'offered'::text) THEN
        RAISE EXCEPTION 'A published text is never changed: publish a new version' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;

-- Who answers for what an assessment is about: owner and deputy of the system, owner of the use and of its systems.
CREATE OR REPLACE FUNCTION assessments_is_responsible(about uuid, somebody uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT 1 FROM assessments_assessment AS a
        LEFT JOIN inventory_usecase AS u ON u.id = a.use_case_id
        LEFT JOIN inventory_usecasesystem AS link ON link.use_case_id = u.id
        LEFT JOIN inventory_aisystem AS s ON s.id = coalesce(a.system_id, link.system_id)
        WHERE a.id = about AND somebody IN (u.owner_id, s.owner_id, s.deputy_id)
    )
$$;

-- Answers stand still unless the assessment is being filled in.
CREATE OR REPLACE FUNCTION assessments_guard_answer() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    present text;
    about uuid := CASE WHEN TG_OP = 'DELETE' THEN OLD.assessment_id ELSE NEW.assessment_id END;
BEGIN
    SELECT status INTO present FROM assessments_assessment WHERE id = about;
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'An answer is never deleted' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF TG_OP = 'UPDATE' AND (NEW.assessment_id, NEW.question) IS DISTINCT FROM (OLD.assessment_id, OLD.question) THEN
        RAISE EXCEPTION 'An answer belongs to its question' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF present NOT IN ('draft', 'changes') THEN
        -- While it waits for a signature only the signer's remark may be added.
        IF NOT (TG_OP = 'UPDATE' AND present = 'submitted'
                AND (to_jsonb(NEW) - 'problem'::text) IS NOT DISTINCT FROM (to_jsonb(OLD) - 'problem'::text)) THEN
            RAISE EXCEPTION 'The assessment is not being filled in: its answers stand' USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.value IS DISTINCT FROM OLD.value AND NEW.version <> OLD.version + 1 THEN
        RAISE EXCEPTION 'A changed answer has the next version' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

-- Nobody signs what they filled in or answer for.
CREATE OR REPLACE FUNCTION assessments_guard_sign_off() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    about record;
BEGIN
    SELECT status, content_hash, assigned_to_id, submitted_by_id INTO about
    FROM assessments_assessment WHERE id = NEW.assessment_id;
    IF about.status <> 'submitted' OR about.content_hash <> NEW.content_hash THEN
        RAISE EXCEPTION 'Only a submitted assessment is signed, and only as submitted' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.person_id IN (about.assigned_to_id, about.submitted_by_id) OR EXISTS (
        SELECT 1 FROM assessments_answer WHERE assessment_id = NEW.assessment_id AND answered_by_id = NEW.person_id
    ) THEN
        RAISE EXCEPTION 'Nobody signs an assessment that they filled in' USING ERRCODE = 'check_violation';
    END IF;
    IF assessments_is_responsible(NEW.assessment_id, NEW.person_id) THEN
        RAISE EXCEPTION 'Nobody signs an assessment of what they answer for' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

-- Signed only through a signature; what was submitted or signed is not rewritten.
CREATE OR REPLACE FUNCTION assessments_guard_assessment() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'An assessment is never deleted' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.status <> 'draft' THEN
            RAISE EXCEPTION 'An assessment begins as a draft' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF (NEW.key, NEW.use_case_id, NEW.system_id, NEW.questionnaire_id)
       IS DISTINCT FROM (OLD.key, OLD.use_case_id, OLD.system_id, OLD.questionnaire_id) THEN
        RAISE EXCEPTION 'An assessment keeps its subject and its questionnaire' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.status = 'signed' AND OLD.status <> 'signed' AND (OLD.status <> 'submitted' OR NOT EXISTS (
        SELECT 1 FROM assessments_signoff
        WHERE assessment_id = NEW.id AND outcome = 'signed' AND person_id = NEW.signed_by_id
          AND content_hash = NEW.content_hash
    )) THEN
        RAISE EXCEPTION 'An assessment is signed by a person, after it was submitted' USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.status IN ('signed', 'expired', 'superseded') AND (
        NEW.status NOT IN ('signed', 'expired', 'superseded')
        OR (OLD.status <> 'signed' AND NEW.status = 'signed')
        OR (to_jsonb(NEW) - 'status'::text) IS DISTINCT FROM (to_jsonb(OLD) - 'status'::text)
    ) THEN
        RAISE EXCEPTION 'A signed assessment stands: start the next one' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

-- A legal outcome is confirmed once, by somebody who neither answered nor answers for the use; nothing else changes.
CREATE OR REPLACE FUNCTION assessments_guard_classification() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'A legal outcome is never deleted' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF TG_OP = 'UPDATE' AND (OLD.confirmed_by_id IS NOT NULL OR
       (to_jsonb(NEW) - '{legal_class,confirmed_by_id,confirmed_at,reason}'::text[])
       IS DISTINCT FROM (to_jsonb(OLD) - '{legal_class,confirmed_by_id,confirmed_at,reason}'::text[])) THEN
        RAISE EXCEPTION 'A legal outcome is confirmed once and never changed' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.confirmed_by_id IS NOT NULL AND (
        assessments_is_responsible(NEW.assessment_id, NEW.confirmed_by_id) OR EXISTS (
            SELECT 1 FROM assessments_answer
            WHERE assessment_id = NEW.assessment_id AND answered_by_id = NEW.confirmed_by_id)
    ) THEN
        RAISE EXCEPTION 'Nobody confirms the legal class of what they answered or answer for' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER assessments_guard BEFORE UPDATE OR DELETE ON assessments_questionnaire
    FOR EACH ROW EXECUTE FUNCTION assessments_guard_text();
CREATE TRIGGER assessments_guard BEFORE UPDATE OR DELETE ON assessments_policytext
    FOR EACH ROW EXECUTE FUNCTION assessments_guard_text();
CREATE TRIGGER assessments_guard BEFORE INSERT OR UPDATE OR DELETE ON assessments_answer
    FOR EACH ROW EXECUTE FUNCTION assessments_guard_answer();
CREATE TRIGGER assessments_guard BEFORE INSERT ON assessments_signoff
    FOR EACH ROW EXECUTE FUNCTION assessments_guard_sign_off();
CREATE TRIGGER assessments_guard BEFORE INSERT OR UPDATE OR DELETE ON assessments_assessment
    FOR EACH ROW EXECUTE FUNCTION assessments_guard_assessment();
CREATE TRIGGER assessments_guard BEFORE INSERT OR UPDATE OR DELETE ON assessments_classification
    FOR EACH ROW EXECUTE FUNCTION assessments_guard_classification();
ALTER TABLE assessments_questionnaire ENABLE ALWAYS TRIGGER assessments_guard;
ALTER TABLE assessments_policytext ENABLE ALWAYS TRIGGER assessments_guard;
ALTER TABLE assessments_answer ENABLE ALWAYS TRIGGER assessments_guard;
ALTER TABLE assessments_signoff ENABLE ALWAYS TRIGGER assessments_guard;
ALTER TABLE assessments_assessment ENABLE ALWAYS TRIGGER assessments_guard;
ALTER TABLE assessments_classification ENABLE ALWAYS TRIGGER assessments_guard;
