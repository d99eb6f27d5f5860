-- Those with a hand in what is decided: who answers for it or a use of it, proposed either, submitted it, composed its
-- release, assessed it or edited it last.
CREATE OR REPLACE FUNCTION gates_hand_in(person uuid, r gates_review, s inventory_aisystem) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(person IN (s.owner_id, s.deputy_id), false) OR coalesce(person = s.proposer_id, false)
        OR person = r.submitted_by_id
        OR EXISTS (SELECT 1 FROM inventory_release AS release WHERE release.id = r.release_id AND release.frozen_by_id = person)
        OR EXISTS (
            SELECT 1 FROM inventory_usecasesystem AS link JOIN inventory_usecase AS u ON u.id = link.use_case_id
            WHERE link.system_id = s.id AND person IN (u.owner_id, u.proposer_id))
        OR EXISTS (
            SELECT 1 FROM assessments_assessment AS assessment
            LEFT JOIN assessments_answer AS answer ON answer.assessment_id = assessment.id
            WHERE person IN (answer.answered_by_id, assessment.submitted_by_id) AND (assessment.system_id = s.id OR assessment.use_case_id IN (
                SELECT link.use_case_id FROM inventory_usecasesystem AS link WHERE link.system_id = s.id)))
        OR person::text = (
            SELECT entry.actor_id FROM audit_entry AS entry
            WHERE entry.subject_type = 'inventory.system' AND entry.subject_id = s.id::text AND entry.kind = 'operation'
              AND entry.event IN ('inventory.system.edited', 'inventory.system.registered', 'inventory.component.added',
                                  'inventory.component.edited', 'inventory.component.removed',
                                  'inventory.dependency.added', 'inventory.dependency.removed')
            ORDER BY entry.id DESC LIMIT 1)
$$;
