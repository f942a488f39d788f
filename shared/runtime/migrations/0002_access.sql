-- Who stands in which relation to whom: the tables behind every "may this person see this learner?".
-- Rows carry their owner in the ledger, so that one owner's can be dropped and folded again.

CREATE SCHEMA access;

-- A person has a role within a scope, until before `ends_ms` where it is set. A revoked one has no row.
CREATE TABLE access.grants (
    person  uuid   NOT NULL,
    role    text   NOT NULL CHECK (role IN ('teacher', 'administrator', 'auditor')),
    scope   text   NOT NULL, -- district, school/{id} or section/{id}
    ends_ms bigint,
    owner   uuid   NOT NULL,
    PRIMARY KEY (person, role, scope)
);
CREATE INDEX grants_owner ON access.grants (owner);

-- A section is current from `begins_ms` until before `ends_ms`, where these are set.
CREATE TABLE access.sections (
    section   uuid PRIMARY KEY,
    course    uuid NOT NULL,
    school    uuid NOT NULL,
    begins_ms bigint,
    ends_ms   bigint,
    owner     uuid NOT NULL
);
CREATE INDEX sections_owner ON access.sections (owner);

-- A learner belongs to a school, through sections there or (`section` is null) by itself. A withdrawn one has no row:
-- who has moved to another school, and left the last section here, is no longer seen here.
CREATE TABLE access.enrolments (
    learner uuid NOT NULL, -- also the owner
    school  uuid NOT NULL,
    section uuid,
    UNIQUE NULLS NOT DISTINCT (learner, school, section)
);

-- Up to when each shard's entries are known to be in these tables: what bounds how stale an answer may be. A fresh
-- database begins as up to date; the first comparison with the ledger (`looked`) sets what is so.
CREATE TABLE access.complete (
    ledger      text   NOT NULL,
    shard       int    NOT NULL,
    complete_ms bigint NOT NULL,
    looked      bool   NOT NULL DEFAULT false,
    PRIMARY KEY (ledger, shard)
) WITH (fillfactor = 50);

INSERT INTO access.complete (ledger, shard, complete_ms)
SELECT ledger, shard, floor(extract(epoch FROM clock_timestamp()) * 1000)
FROM (VALUES ('evidence', 63), ('definitions', 0)) AS known (ledger, last), generate_series(0, last) AS shard;

GRANT USAGE ON SCHEMA access TO {app};
GRANT SELECT, INSERT, UPDATE, DELETE ON access.grants, access.sections, access.enrolments TO {app};
GRANT SELECT, UPDATE ON access.complete TO {app};
