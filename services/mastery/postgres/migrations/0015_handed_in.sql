-- When the latest version of a work came, by its own entries: who it is of is asked of redos.
CREATE TABLE mastery.handed_in (
    shard     int    NOT NULL,
    work      uuid   NOT NULL,
    version   uuid   NOT NULL,
    handed_ms bigint NOT NULL,
    PRIMARY KEY (shard, work)
);
CREATE INDEX handed_in_work ON mastery.handed_in (work);

-- The work for which versions are handed in once a redo is opened.
ALTER TABLE mastery.redo ADD COLUMN work uuid;
CREATE INDEX redo_of_work ON mastery.redo (learner) WHERE work IS NOT NULL;

GRANT SELECT, INSERT, UPDATE, DELETE ON mastery.handed_in TO {app};
