-- What-ifs and what they came to. Beside the states, never in them: nothing here is read by a fold or told to
-- subscribers. This schema is one, whatever versions of the other tables there are: results outlive a rebuild.
CREATE SCHEMA what_if;

CREATE TABLE what_if.asked (
    id           uuid   PRIMARY KEY,
    asked_by     uuid   NOT NULL,
    policy       text   NOT NULL, -- the digest
    document     bytea  NOT NULL, -- the policy's canonical bytes, published or not
    scope        text   NOT NULL,
    mode         text   NOT NULL CHECK (mode IN ('recompute', 'keep_attained')),
    asked_ms     bigint NOT NULL,
    state        text   NOT NULL DEFAULT 'waiting'
        CHECK (state IN ('waiting', 'running', 'done', 'failed', 'cancelled')),
    ended_ms     bigint,
    reason       text,
    failures     int    NOT NULL DEFAULT 0,
    competencies uuid[],           -- where the scope is by them, once it is divided
    definitions  bigint,           -- the position of the last definition that it is folded under
    adoptions    int,              -- and how many there are: a part that finds another number makes it begin anew
    CHECK ((ended_ms IS NULL) = (state IN ('waiting', 'running')))
);
-- A person has one under way.
CREATE UNIQUE INDEX asked_unfinished ON what_if.asked (asked_by) WHERE state IN ('waiting', 'running');

-- The parts of what is under way, a shard each. A worker takes one whose row nobody has locked; one that is ended says
-- how far its shard was applied when it was read.
CREATE TABLE what_if.part (
    what_if     uuid  NOT NULL REFERENCES what_if.asked ON DELETE CASCADE,
    shard       int   NOT NULL,
    states      bigint, -- null until it is ended
    evidence    bigint,
    held        bigint,
    accommodated bigint,
    stay        text, -- JSON: by kind of scope, how many states stay under a more specific adoption
    PRIMARY KEY (what_if, shard)
) WITH (fillfactor = 50);

-- How many states of a competency move from where to where, also those that stay where they are. Whoever removes a
-- what-if removes these too: to look for it at each of many rows would cost more than to write them.
CREATE TABLE what_if.cell (
    what_if       uuid   NOT NULL,
    competency    uuid   NOT NULL,
    school        uuid, -- null where none is known
    status_before text   NOT NULL,
    level_before  text,
    status_after  text   NOT NULL,
    level_after   text,
    number        bigint NOT NULL
);
CREATE INDEX cell_what_if ON what_if.cell (what_if, competency);

-- Who would stand elsewhere: 18 bytes a learner, in order: her id, and the number of her move.
CREATE TABLE what_if.changed (
    what_if    uuid  NOT NULL,
    competency uuid  NOT NULL,
    shard      int   NOT NULL,
    moves      text  NOT NULL, -- JSON: [status before, level before, status after, level after, school] …
    learners   bytea NOT NULL,
    PRIMARY KEY (what_if, competency, shard)
);
CREATE INDEX changed_shard ON what_if.changed (shard);
ALTER TABLE what_if.changed ALTER COLUMN learners SET STORAGE EXTERNAL;

GRANT USAGE ON SCHEMA what_if TO {app};
GRANT SELECT, INSERT, UPDATE, DELETE ON what_if.asked, what_if.part, what_if.cell, what_if.changed TO {app};
