-- Works with their members and versions (owner: the work), pieces of evidence (owner: the learner), and who is
-- forgotten. What spans owners is joined where it is read.

CREATE SCHEMA portfolio;

-- An entry that started a work, or added a version to it. The body is the ledger's own bytes.
CREATE TABLE portfolio.work_entry (
    work        uuid   NOT NULL,
    position    bigint NOT NULL,
    shard       int    NOT NULL,
    event       uuid   NOT NULL,
    type        text   NOT NULL,
    actor       uuid   NOT NULL,
    occurred_ms bigint NOT NULL,
    recorded_ms bigint NOT NULL,
    body        bytea  NOT NULL,
    PRIMARY KEY (work, position)
);

CREATE TABLE portfolio.member (
    work   uuid NOT NULL,
    member uuid NOT NULL,
    place  int  NOT NULL, -- in the order in which the work names them
    PRIMARY KEY (work, member)
);
CREATE INDEX member_member ON portfolio.member (member);

CREATE TABLE portfolio.piece (
    learner            uuid   NOT NULL,
    event              uuid   NOT NULL,
    position           bigint NOT NULL,
    type               text   NOT NULL,
    actor              uuid   NOT NULL,
    occurred_ms        bigint NOT NULL,
    recorded_ms        bigint NOT NULL,
    work               uuid,
    body               bytea  NOT NULL,
    withdrawn_event    uuid,
    withdrawn_ms       bigint,
    withdrawn_position bigint,
    withdrawn_by       uuid,          -- the piece in its place
    PRIMARY KEY (learner, event)
);
CREATE INDEX piece_work ON portfolio.piece (work, learner) WHERE work IS NOT NULL;

CREATE TABLE portfolio.forgotten (
    learner uuid PRIMARY KEY
);

GRANT USAGE ON SCHEMA portfolio TO {app};
GRANT SELECT, INSERT, UPDATE, DELETE ON portfolio.work_entry, portfolio.member, portfolio.piece TO {app};
GRANT SELECT, INSERT ON portfolio.forgotten TO {app};
