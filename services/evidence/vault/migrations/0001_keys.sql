-- The keys of owners, each wrapped by the district's key, which is nowhere in a database.

CREATE SCHEMA keys;

-- One key an owner, for life. A destroyed one leaves its row, so that none is ever made again for that owner.
CREATE TABLE keys.key (
    owner        uuid        PRIMARY KEY,
    id           uuid        NOT NULL UNIQUE,
    wrapped      bytea,
    made_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    destroyed_at timestamptz,
    CHECK ((wrapped IS NULL) = (destroyed_at IS NOT NULL))
);

-- Something known, wrapped by the district's key when it was first used: another key does not open it.
CREATE TABLE keys.proof (
    wrapped bytea   NOT NULL,
    one     boolean PRIMARY KEY DEFAULT true CHECK (one)
);

-- A tombstone is for ever: no key comes back, and no row goes.
CREATE FUNCTION keys.stay_destroyed() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'A destroyed key stays destroyed.' USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER stay_destroyed BEFORE UPDATE ON keys.key FOR EACH ROW
    WHEN (OLD.wrapped IS NULL) EXECUTE FUNCTION keys.stay_destroyed();
ALTER TABLE keys.key ENABLE ALWAYS TRIGGER stay_destroyed;

GRANT USAGE ON SCHEMA keys TO {app};
GRANT SELECT, INSERT ON keys.key, keys.proof TO {app};
GRANT UPDATE (wrapped, destroyed_at) ON keys.key TO {app};
