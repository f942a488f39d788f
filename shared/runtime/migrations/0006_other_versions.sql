-- What becomes of the versions that do not serve when somebody is forgotten: they would keep her. The one who applies
-- may not drop anything but by this.
CREATE FUNCTION projection.drop_other_versions() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '2s'
AS $$
DECLARE
    v_suffix text;
    v_schema name;
BEGIN
    FOREACH v_suffix IN ARRAY ARRAY['_before', '_next'] LOOP
        -- The lock of a rebuild: what is being filled comes to the forgetting by itself.
        CONTINUE WHEN v_suffix = '_next' AND NOT pg_try_advisory_xact_lock(7004);
        FOR v_schema IN SELECT nspname FROM pg_namespace WHERE right(nspname, length(v_suffix)) = v_suffix ORDER BY 1
        LOOP
            EXECUTE format('DROP SCHEMA IF EXISTS %I CASCADE', v_schema);
        END LOOP;
        EXECUTE format('DROP TABLE IF EXISTS public.%I', 'alembic_version' || v_suffix);
    END LOOP;
END $$;

REVOKE ALL ON FUNCTION projection.drop_other_versions() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION projection.drop_other_versions() TO {app};
