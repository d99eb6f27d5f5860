-- A grant is for a use case: when that ends, or does not run on a system any more, what was remembered of decisions ends.
CREATE OR REPLACE FUNCTION catalog_use_case_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    use_case uuid;
BEGIN
    IF TG_TABLE_NAME = 'inventory_usecase' THEN
        use_case := NEW.id;
    ELSE
        use_case := coalesce(NEW.use_case_id, OLD.use_case_id);
    END IF;
    UPDATE catalog_dataset SET access_version = access_version + 1
    WHERE id IN (SELECT dataset_id FROM catalog_datagrant WHERE use_case_id = use_case);
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER catalog_access AFTER UPDATE OF status ON inventory_usecase
    FOR EACH ROW EXECUTE FUNCTION catalog_use_case_changed();
CREATE OR REPLACE TRIGGER catalog_access AFTER INSERT OR UPDATE OR DELETE ON inventory_usecasesystem
    FOR EACH ROW EXECUTE FUNCTION catalog_use_case_changed();
ALTER TABLE inventory_usecase ENABLE ALWAYS TRIGGER catalog_access;
ALTER TABLE inventory_usecasesystem ENABLE ALWAYS TRIGGER catalog_access;
