-- Learners who are forgotten, since which position of their shard. Whoever may still ask is told so; there is nothing
-- else here of them.
CREATE TABLE mastery.forgotten (
    shard    int    NOT NULL,
    learner  uuid   NOT NULL,
    position bigint NOT NULL,
    PRIMARY KEY (shard, learner)
);

GRANT SELECT, INSERT, DELETE ON mastery.forgotten TO {app};
