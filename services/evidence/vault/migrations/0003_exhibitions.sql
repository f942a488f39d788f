-- What an exhibition's votes are sealed with and its ballots' tokens are made of, wrapped by the district's key: made
-- when it is opened, destroyed when its votes are counted. A destroyed one leaves its row, as an owner's key does.
CREATE TABLE keys.exhibition (
    exhibition   uuid        PRIMARY KEY,
    wrapped      bytea,
    made_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    destroyed_at timestamptz,
    CHECK ((wrapped IS NULL) = (destroyed_at IS NOT NULL))
);

CREATE INDEX exhibition_kept ON keys.exhibition (exhibition) WHERE wrapped IS NOT NULL;

CREATE TRIGGER stay_destroyed BEFORE UPDATE ON keys.exhibition FOR EACH ROW
    WHEN (OLD.wrapped IS NULL) EXECUTE FUNCTION keys.stay_destroyed();
ALTER TABLE keys.exhibition ENABLE ALWAYS TRIGGER stay_destroyed;

CREATE TRIGGER stay BEFORE DELETE ON keys.exhibition FOR EACH ROW
    WHEN (OLD.wrapped IS NULL) EXECUTE FUNCTION keys.stay_destroyed();
ALTER TABLE keys.exhibition ENABLE ALWAYS TRIGGER stay;

CREATE TRIGGER stay_all BEFORE TRUNCATE ON keys.exhibition
    FOR EACH STATEMENT EXECUTE FUNCTION keys.stay_destroyed();
ALTER TABLE keys.exhibition ENABLE ALWAYS TRIGGER stay_all;

GRANT SELECT, INSERT ON keys.exhibition TO {app};
GRANT UPDATE (wrapped, destroyed_at) ON keys.exhibition TO {app};
