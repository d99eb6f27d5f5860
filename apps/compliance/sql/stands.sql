-- Asked by the inventory's guard: does a standing exception back an authorisation that names it?
CREATE OR REPLACE FUNCTION compliance_exception_stands(exception uuid, about uuid, gate text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT 1 FROM compliance_policyexception
        WHERE id = exception AND subject_type = 'inventory.system' AND subject_id = about::text AND status = 'granted'
          AND until > gatehouse_now() AND concerns = gate AND first_approver_id <> second_approver_id
    )
$$
