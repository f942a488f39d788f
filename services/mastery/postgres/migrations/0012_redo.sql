-- Cycles of relearning and redoing, by the event that began each. What a cycle waits for is worked out at read.
CREATE TABLE mastery.redo (
    shard      int     NOT NULL,
    learner    uuid    NOT NULL,
    redo       uuid    NOT NULL,
    competency uuid    NOT NULL,
    opened     boolean NOT NULL,
    cycle      bytea   NOT NULL, -- msgpack: the cycle with its own events
    PRIMARY KEY (shard, learner, redo)
);
CREATE INDEX redo_waiting ON mastery.redo (learner) WHERE NOT opened;

-- What was written to a learner beside a score or an observation, by the piece of evidence.
CREATE TABLE mastery.feedback (
    shard   int  NOT NULL,
    learner uuid NOT NULL,
    piece   uuid NOT NULL,
    ref     text NOT NULL,
    PRIMARY KEY (shard, learner, piece)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON mastery.redo, mastery.feedback TO {app};
