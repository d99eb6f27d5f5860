-- What decisions about calls depend on besides grants, aliases and versions: the use case that a grant is for.
CREATE OR REPLACE FUNCTION registry_use_case_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    use_case uuid;
BEGIN
    IF TG_TABLE_NAME = 'inventory_usecase' THEN
        use_case := NEW.id;
    ELSE
        use_case := coalesce(NEW.use_case_id, OLD.use_case_id);
    END IF;
    UPDATE registry_aimodel SET access_version = access_version + 1
    WHERE id IN (SELECT ai_model_id FROM registry_modelgrant WHERE use_case_id = use_case);
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER registry_calls AFTER UPDATE OF status, tier, provisional_tier, legal_class ON inventory_usecase
    FOR EACH ROW EXECUTE FUNCTION registry_use_case_changed();
CREATE OR REPLACE TRIGGER registry_calls AFTER INSERT OR UPDATE OR DELETE ON inventory_usecasesystem
    FOR EACH ROW EXECUTE FUNCTION registry_use_case_changed();
ALTER TABLE inventory_usecase ENABLE ALWAYS TRIGGER registry_calls;
ALTER TABLE inventory_usecasesystem ENABLE ALWAYS TRIGGER registry_calls;
