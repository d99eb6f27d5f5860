-- A part of its own guards itself: what is refused on the whole is refused on the part.
CREATE OR REPLACE FUNCTION catalog_guard_access_part(part text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE OR REPLACE TRIGGER append_only_table BEFORE TRUNCATE ON %I '
        'FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change()', part);
    EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER append_only_table', part);
    EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER append_only_row', part);
    EXECUTE format('REVOKE ALL ON %I FROM PUBLIC', part);
END $$;

-- The net: what no month was made for. Nothing is lost, and months that are made in time keep it empty.
CREATE TABLE catalog_accessrecord_other PARTITION OF catalog_accessrecord DEFAULT;
SELECT catalog_guard_access_part('catalog_accessrecord_other');

-- Makes the part of a month, for whoever may write to the log; answers whether there is one now. A month whose records
-- lie in the net already stays there: they may not be moved.
CREATE OR REPLACE FUNCTION catalog_access_month(wanted date) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    first date := date_trunc('month', wanted)::date;
    part text := 'catalog_accessrecord_' || to_char(first, 'YYYY_MM');
BEGIN
    IF to_regclass(part) IS NOT NULL THEN
        RETURN true;
    END IF;
    IF first < (gatehouse_now() - interval '2 years')::date OR first > (gatehouse_now() + interval '1 year')::date THEN
        RETURN false;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('catalog.access_log.months', 0));
    IF to_regclass(part) IS NOT NULL THEN
        RETURN true;
    END IF;
    IF EXISTS (SELECT FROM catalog_accessrecord_other WHERE at >= first AND at < first + interval '1 month') THEN
        RETURN false;
    END IF;
    EXECUTE format('CREATE TABLE %I PARTITION OF catalog_accessrecord FOR VALUES FROM (%L) TO (%L)', part,
        first::text || ' 00:00:00+00', (first + interval '1 month')::date::text || ' 00:00:00+00');
    PERFORM catalog_guard_access_part(part);
    RETURN true;
END $$;
SELECT catalog_access_month((current_timestamp AT TIME ZONE 'UTC')::date),
    catalog_access_month((current_timestamp AT TIME ZONE 'UTC' + interval '1 month')::date);
