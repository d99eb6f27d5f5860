-- The lower-case text that searches look in, kept beside the words themselves.
CREATE OR REPLACE FUNCTION catalog_dataset_text() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.search_text := lower(
        NEW.key || ' ' || NEW.title || ' ' || NEW.name || ' ' || NEW.description || ' ' || array_to_string(NEW.tags, ' ')
    );
    -- What a decision about access depends on: whoever remembers an answer compares this number.
    -- A refusal names whom to ask: the steward, else the owner.
    IF TG_OP = 'UPDATE'
        AND (NEW.level, NEW.categories, NEW.region, NEW.dropped_at, NEW.platform_id, NEW.steward_id, NEW.owner_id)
            IS DISTINCT FROM
            (OLD.level, OLD.categories, OLD.region, OLD.dropped_at, OLD.platform_id, OLD.steward_id, OLD.owner_id) THEN
        NEW.access_version := OLD.access_version + 1;
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION catalog_grant_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        UPDATE catalog_dataset SET access_version = access_version + 1 WHERE id = OLD.dataset_id;
    END IF;
    IF TG_OP = 'INSERT' OR (TG_OP = 'UPDATE' AND NEW.dataset_id <> OLD.dataset_id) THEN
        UPDATE catalog_dataset SET access_version = access_version + 1 WHERE id = NEW.dataset_id;
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION catalog_activity_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    activity uuid;
BEGIN
    IF TG_TABLE_NAME = 'catalog_processingactivity' THEN
        activity := coalesce(NEW.id, OLD.id);
    ELSE
        activity := coalesce(NEW.processingactivity_id, OLD.processingactivity_id);
    END IF;
    UPDATE catalog_dataset SET access_version = access_version + 1
    WHERE id IN (SELECT dataset_id FROM catalog_datagrant WHERE activity_id = activity);
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION catalog_platform_moved() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE catalog_dataset SET access_version = access_version + 1 WHERE platform_id = NEW.id;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION catalog_person_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE catalog_dataset SET access_version = access_version + 1 WHERE steward_id = NEW.id OR owner_id = NEW.id;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER catalog_text BEFORE INSERT OR UPDATE ON catalog_dataset
    FOR EACH ROW EXECUTE FUNCTION catalog_dataset_text();
CREATE OR REPLACE TRIGGER catalog_access AFTER INSERT OR UPDATE OR DELETE ON catalog_datagrant
    FOR EACH ROW EXECUTE FUNCTION catalog_grant_changed();
CREATE OR REPLACE TRIGGER catalog_access AFTER UPDATE OR DELETE ON catalog_processingactivity
    FOR EACH ROW EXECUTE FUNCTION catalog_activity_changed();
CREATE OR REPLACE TRIGGER catalog_access AFTER INSERT OR UPDATE OR DELETE ON catalog_processingactivity_datasets
    FOR EACH ROW EXECUTE FUNCTION catalog_activity_changed();
CREATE OR REPLACE TRIGGER catalog_access AFTER INSERT OR UPDATE OR DELETE ON catalog_processingactivity_use_cases
    FOR EACH ROW EXECUTE FUNCTION catalog_activity_changed();
CREATE OR REPLACE TRIGGER catalog_moved AFTER UPDATE OF region ON catalog_platform
    FOR EACH ROW EXECUTE FUNCTION catalog_platform_moved();
CREATE OR REPLACE TRIGGER catalog_asked AFTER UPDATE ON accounts_person
    FOR EACH ROW WHEN ((OLD.name, OLD.is_active) IS DISTINCT FROM (NEW.name, NEW.is_active))
    EXECUTE FUNCTION catalog_person_changed();
ALTER TABLE accounts_person ENABLE ALWAYS TRIGGER catalog_asked;
ALTER TABLE catalog_dataset ENABLE ALWAYS TRIGGER catalog_text;
ALTER TABLE catalog_datagrant ENABLE ALWAYS TRIGGER catalog_access;
ALTER TABLE catalog_processingactivity ENABLE ALWAYS TRIGGER catalog_access;
ALTER TABLE catalog_processingactivity_datasets ENABLE ALWAYS TRIGGER catalog_access;
ALTER TABLE catalog_processingactivity_use_cases ENABLE ALWAYS TRIGGER catalog_access;
ALTER TABLE catalog_platform ENABLE ALWAYS TRIGGER catalog_moved;
