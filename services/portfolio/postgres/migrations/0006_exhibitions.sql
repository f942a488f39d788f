-- Exhibitions (owner: the exhibition): the plan in force, how far it has come, how many ballots there are and how many
-- were voted with. What a vote says is sealed, and of a ballot nothing is kept here but that it is one.

CREATE TABLE portfolio.exhibition (
    owner         uuid   PRIMARY KEY,
    shard         int    NOT NULL,
    version       int    NOT NULL, -- of its stream: what opening or closing it expects
    planned_by    uuid   NOT NULL, -- who planned it first
    planned_ms    bigint NOT NULL,
    school        uuid   NOT NULL,
    section       uuid,
    plan          bytea  NOT NULL, -- the ledger's own bytes of the latest plan
    opened_ms     bigint,
    opened        bytea,           -- what was asked
    closed_ms     bigint,
    issued        int    NOT NULL DEFAULT 0,
    voted         int    NOT NULL DEFAULT 0,
    tally_ms      bigint,
    tally         bytea            -- what was published
);
CREATE INDEX exhibition_school ON portfolio.exhibition (school, planned_ms, owner);
CREATE INDEX exhibition_section ON portfolio.exhibition (section, planned_ms, owner);

CREATE TABLE portfolio.exhibited (
    owner uuid NOT NULL,
    work  uuid NOT NULL,
    place int  NOT NULL, -- in the order in which the plan names them
    PRIMARY KEY (owner, work)
);
CREATE INDEX exhibited_work ON portfolio.exhibited (work);

GRANT SELECT, INSERT, UPDATE, DELETE ON portfolio.exhibition, portfolio.exhibited TO {app};
