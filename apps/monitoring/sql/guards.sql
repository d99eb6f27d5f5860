-- What is closed stays as it was, and nothing of it is deleted.
CREATE OR REPLACE FUNCTION monitoring_guard_closed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'Alerts and incidents are never deleted' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF TG_TABLE_NAME = 'monitoring_incident' THEN
        IF OLD.closed_at IS NOT NULL THEN
            RAISE EXCEPTION 'A closed incident stays as it was' USING ERRCODE = 'check_violation';
        END IF;
    ELSIF OLD.closed_at IS NOT NULL AND (to_jsonb(NEW) - '{incident_id}'::text[])
            IS DISTINCT FROM (to_jsonb(OLD) - '{incident_id}'::text[]) THEN
        RAISE EXCEPTION 'A closed alert stays as it was' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

DROP TRIGGER IF EXISTS monitoring_guard_incident ON monitoring_incident;
CREATE TRIGGER monitoring_guard_incident BEFORE UPDATE OR DELETE ON monitoring_incident
    FOR EACH ROW EXECUTE FUNCTION monitoring_guard_closed();
ALTER TABLE monitoring_incident ENABLE ALWAYS TRIGGER monitoring_guard_incident;
DROP TRIGGER IF EXISTS monitoring_guard_alert ON monitoring_alert;
CREATE TRIGGER monitoring_guard_alert BEFORE UPDATE OR DELETE ON monitoring_alert
    FOR EACH ROW EXECUTE FUNCTION monitoring_guard_closed();
ALTER TABLE monitoring_alert ENABLE ALWAYS TRIGGER monitoring_guard_alert;
