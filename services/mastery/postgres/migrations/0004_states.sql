-- Learners, and the state of each learner and competency that there is evidence for.

CREATE SCHEMA mastery;

CREATE TABLE mastery.learner (
    shard   int   NOT NULL,
    learner uuid  NOT NULL,
    school  uuid,          -- the latest enrolment's; a school's adoption finds its learners by it
    schools bytea NOT NULL, -- msgpack: enrolments as the rulebook takes them, in order of position
    PRIMARY KEY (shard, learner)
);
CREATE INDEX learner_school ON mastery.learner (school, shard, learner);

-- What everything else in the row is folded from stands in it: every contribution, as a msgpack list in fold order.
CREATE TABLE mastery.state (
    shard                int    NOT NULL,
    learner              uuid   NOT NULL,
    competency           uuid   NOT NULL,
    contributions        bytea  NOT NULL,
    evidence             int    NOT NULL, -- contributions in all
    counted              int    NOT NULL, -- those that count
    status               text   NOT NULL,
    level                text,
    value                bigint,          -- scaled by 10^6
    scope                text,            -- of the adoption that it is folded under
    policy               text,
    method               text,
    digest               text   NOT NULL,
    evidence_position    bigint,          -- the pin in the learner's shard
    definitions_position bigint,          -- the pin in the definitions
    PRIMARY KEY (shard, learner, competency)
) WITH (fillfactor = 70);
-- Written whole at each change and read whole at each fold: compressing it costs more than it saves.
ALTER TABLE mastery.state ALTER COLUMN contributions SET STORAGE EXTERNAL;
CREATE INDEX state_competency ON mastery.state (competency, shard, learner);

-- Refolds that a definition asked for and how far they have come: the key of the last state refolded, in the order of
-- (shard, learner, competency), or where `competencies` are given of (competency, shard, learner).
CREATE TABLE mastery.refold (
    position     bigint      PRIMARY KEY, -- of the definition
    scope        text        NOT NULL,    -- whose states: district, school/{id}, learner/{id} or competencies
    competencies uuid[],
    shard        int         NOT NULL DEFAULT -1,
    learner      uuid        NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
    competency   uuid        NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
    done         bigint      NOT NULL DEFAULT 0, -- states refolded
    since        timestamptz NOT NULL DEFAULT clock_timestamp(),
    CHECK ((scope = 'competencies') = (competencies IS NOT NULL))
);

GRANT USAGE ON SCHEMA mastery TO {app};
GRANT SELECT, INSERT, UPDATE, DELETE ON mastery.learner, mastery.state, mastery.refold TO {app};
