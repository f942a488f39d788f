-- Who is to be forgotten, who is, and whose keys are therefore to be destroyed: projected from the ledger.

CREATE SCHEMA forgetting;

-- The requests, in the order of `since_ms`: when it was made, or (`by` is null: it could not be read) approved.
CREATE TABLE forgetting.request (
    id         uuid   PRIMARY KEY, -- of the event
    learner    uuid   NOT NULL,
    by         uuid,
    since_ms   bigint NOT NULL,
    reason_ref text
);
CREATE INDEX request_since ON forgetting.request (since_ms, id);

-- The learners who are forgotten, by the approval of which request.
CREATE TABLE forgetting.learner (
    learner      uuid   PRIMARY KEY,
    request      uuid   NOT NULL,
    by           uuid   NOT NULL,
    forgotten_ms bigint NOT NULL
);

-- Whose work a work is: its texts lie under a key of its own, to be destroyed once all its members are forgotten.
CREATE TABLE forgetting.member (
    work    uuid NOT NULL, -- also the owner
    learner uuid NOT NULL,
    PRIMARY KEY (work, learner)
);
CREATE INDEX member_learner ON forgetting.member (learner);

-- The owners, learners and works, whose keys are to be destroyed, and when that was done.
CREATE TABLE forgetting.destruction (
    owner        uuid        PRIMARY KEY,
    asked_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    destroyed_ms bigint
);
CREATE INDEX destruction_pending ON forgetting.destruction (asked_at) WHERE destroyed_ms IS NULL;

GRANT USAGE ON SCHEMA forgetting TO {app};
GRANT SELECT, INSERT, UPDATE, DELETE ON forgetting.request, forgetting.learner, forgetting.member TO {app};
GRANT SELECT, INSERT, UPDATE ON forgetting.destruction TO {app};
