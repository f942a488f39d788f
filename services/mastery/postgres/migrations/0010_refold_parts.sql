-- A refold is divided by shard: its parts, those that are not done, and how far each has come. That is the key of the last
-- state refolded, in the order of (learner, competency), or where a refold is by competencies of (competency, learner).
-- A worker takes a part whose row nobody has locked.
CREATE TABLE mastery.refold_part (
    position   bigint NOT NULL REFERENCES mastery.refold ON DELETE CASCADE,
    shard      int    NOT NULL,
    learner    uuid   NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
    competency uuid   NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
    done       bigint NOT NULL DEFAULT 0, -- states refolded
    PRIMARY KEY (position, shard)
) WITH (fillfactor = 50);

-- `done` counts the states of the parts that are done. What is under way is divided, and so begins anew. The columns
-- `shard`, `learner` and `competency` are those of a process of the version before, which may be still at work.
ALTER TABLE mastery.refold ADD COLUMN divided boolean NOT NULL DEFAULT false;

GRANT SELECT, INSERT, UPDATE, DELETE ON mastery.refold_part TO {app};
