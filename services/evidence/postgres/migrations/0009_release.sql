-- Grades released for many learners at once: what was asked for, what was previewed, and what came of each learner.
-- The grades themselves stand in the ledger; these tables say how far a batch has come, so that it goes on by itself.

CREATE SCHEMA release;

-- Workers take turns among the batches that have something to do.
CREATE SEQUENCE release.turns;

CREATE TABLE release.batch (
    id           uuid   PRIMARY KEY,
    asked_by     uuid   NOT NULL,
    scope        text   NOT NULL, -- section/{id} or school/{id}
    course       uuid   NOT NULL,
    period       uuid   NOT NULL,
    competencies uuid[] NOT NULL,
    state        text   NOT NULL CHECK (state IN ('previewing', 'held', 'releasing', 'released')),
    released_by  uuid,
    left_out     uuid[] NOT NULL DEFAULT '{}', -- by whoever let it be released
    turn         bigint NOT NULL DEFAULT nextval('release.turns')
);
CREATE INDEX batch_at_work ON release.batch (turn) WHERE state IN ('previewing', 'releasing');

CREATE TABLE release.learner (
    batch         uuid    NOT NULL REFERENCES release.batch,
    learner       uuid    NOT NULL,
    state         text    NOT NULL
        CHECK (state IN ('waiting', 'ready', 'released_before', 'left_out', 'released', 'refused')),
    version       integer NOT NULL DEFAULT 0, -- of the grade's stream, when it was previewed
    levels        bytea,                      -- as previewed: a JSON list of graded levels
    problem       bytea,                      -- why refused: JSON
    shard         integer,                    -- where the grade was recorded, if it was
    position      bigint,
    grade_version integer,
    recorded_ms   bigint,
    PRIMARY KEY (batch, learner)
);
CREATE INDEX learner_everywhere ON release.learner (learner); -- who is forgotten is looked for by it

GRANT USAGE ON SCHEMA release TO {app};
GRANT USAGE ON SEQUENCE release.turns TO {app};
GRANT SELECT, INSERT, UPDATE ON release.batch, release.learner TO {app};
