-- A tombstone that is deleted is as good as a key that comes back: another could be made for the same owner.

CREATE TRIGGER stay BEFORE DELETE ON keys.key FOR EACH ROW
    WHEN (OLD.wrapped IS NULL) EXECUTE FUNCTION keys.stay_destroyed();
ALTER TABLE keys.key ENABLE ALWAYS TRIGGER stay;

CREATE TRIGGER stay_all BEFORE TRUNCATE ON keys.key FOR EACH STATEMENT EXECUTE FUNCTION keys.stay_destroyed();
ALTER TABLE keys.key ENABLE ALWAYS TRIGGER stay_all;
