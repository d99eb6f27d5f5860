-- The versions in a release, by the records that its parts name, or by the digest of their artefact.
CREATE OR REPLACE FUNCTION registry_index_release() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO registry_releaseversion (release_id, model_version_id)
    SELECT DISTINCT NEW.id, v.id
    FROM jsonb_array_elements(
        -- After the prefix line the content is JSON (RFC 8785).
        (substr(convert_from(NEW.content, 'UTF8'), length('gatehouse-release-v1') + 2))::jsonb -> 'items'
    ) AS part
    JOIN registry_modelversion AS v ON (part->>'subject_type' = 'registry.model_version' AND v.id::text = part->>'subject_id')
        OR (part->>'kind' = 'model' AND part->>'subject_id' = '' AND part->>'digest' <> '' AND v.artefact_digest = part->>'digest')
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;

CREATE TRIGGER registry_index AFTER INSERT ON inventory_release FOR EACH ROW EXECUTE FUNCTION registry_index_release();
ALTER TABLE inventory_release ENABLE ALWAYS TRIGGER registry_index;
