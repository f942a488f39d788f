-- Grades, by the event that released each, and every decision about it.
CREATE TABLE mastery.grade (
    shard     int   NOT NULL,
    learner   uuid  NOT NULL,
    grade     uuid  NOT NULL,
    course    uuid  NOT NULL,
    period    uuid  NOT NULL,
    decisions bytea NOT NULL, -- msgpack: decisions in order
    PRIMARY KEY (shard, learner, grade)
);
CREATE INDEX grade_learner ON mastery.grade (learner, grade);

-- The state of each competency of a grade that was last looked at: what affects it is found by joining states here.
CREATE TABLE mastery.graded (
    shard      int  NOT NULL,
    learner    uuid NOT NULL,
    grade      uuid NOT NULL,
    competency uuid NOT NULL,
    digest     text NOT NULL,
    PRIMARY KEY (shard, learner, grade, competency)
);

-- Questions about the record, and their answers.
CREATE TABLE mastery.review (
    shard        int    NOT NULL,
    learner      uuid   NOT NULL,
    review       uuid   NOT NULL,
    about        text   NOT NULL, -- competency, evidence or grade
    about_id     uuid   NOT NULL,
    requested_ms bigint NOT NULL,
    asked_by     uuid   NOT NULL,
    reason_ref   text   NOT NULL,
    answer       uuid,            -- the event; the columns after it are null as long as it is
    answered_by  uuid,
    answered_ms  bigint,
    outcome      text,
    change       uuid,
    answer_ref   text,
    PRIMARY KEY (shard, learner, review)
);
CREATE INDEX review_learner ON mastery.review (learner, requested_ms, review);

GRANT SELECT, INSERT, UPDATE, DELETE ON mastery.grade, mastery.graded, mastery.review TO {app};
