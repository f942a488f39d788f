-- What subscribers are told of states, in the order in which it came to be so: the outbox of the topic mastery.state.
-- This schema is one, whatever versions of the other tables there are: its numbers never run backwards, also when a
-- new version takes an old one's place (see services/mastery/postgres/published.py).
CREATE SCHEMA published;

-- Which number the last change of a shard has, and when it was. Moved in the transaction that writes the change, under
-- the lock of the shard's states: so numbers are gapless, and committed in order.
CREATE TABLE published.head (
    shard      int    PRIMARY KEY CHECK (shard BETWEEN 0 AND 63),
    seq        bigint NOT NULL DEFAULT 0,
    changed_ms bigint NOT NULL DEFAULT 0 -- never runs backwards
) WITH (fillfactor = 50);

-- How many changes of a shard are on the topic, and the offset in its partition at which the next should come to lie.
-- Where it does not, somebody else has written there.
CREATE TABLE published.cursor (
    shard       int    PRIMARY KEY REFERENCES published.head,
    seq         bigint NOT NULL DEFAULT 0,
    next_offset bigint -- null before the first
) WITH (fillfactor = 50);

INSERT INTO published.head (shard) SELECT generate_series(0, 63);
INSERT INTO published.cursor (shard) SELECT generate_series(0, 63);

-- A change: how a state was from then on, or (status null) that there was none any more.
CREATE TABLE published.state_change (
    shard                int    NOT NULL,
    seq                  bigint NOT NULL,
    learner              uuid   NOT NULL,
    competency           uuid   NOT NULL,
    changed_ms           bigint NOT NULL,
    evidence_applied     bigint, -- how far the learner's shard was applied then, and the definitions
    definitions_applied  bigint,
    evidence             int,
    counted              int,
    status               text,
    level                text,
    value                bigint, -- scaled by 10^6
    scope                text,
    policy               text,
    method               text,
    digest               text,
    evidence_position    bigint,
    definitions_position bigint,
    PRIMARY KEY (shard, seq)
);

GRANT USAGE ON SCHEMA published TO {app};
GRANT SELECT, UPDATE ON published.head, published.cursor TO {app};
GRANT SELECT, INSERT, UPDATE, DELETE ON published.state_change TO {app};

-- What there is by now is told first.
INSERT INTO published.state_change
SELECT shard, row_number() OVER (PARTITION BY shard ORDER BY learner, competency), learner, competency,
    floor(extract(epoch FROM clock_timestamp()) * 1000),
    (SELECT position FROM projection.watermark AS e WHERE e.ledger = 'evidence' AND e.shard = s.shard),
    (SELECT position FROM projection.watermark WHERE ledger = 'definitions' AND shard = 0),
    evidence, counted, status, level, value, scope, policy, method, digest, evidence_position, definitions_position
FROM mastery.state AS s;
UPDATE published.head AS h SET (seq, changed_ms) = (told.seq, told.changed_ms)
FROM (SELECT shard, max(seq) AS seq, max(changed_ms) AS changed_ms FROM published.state_change GROUP BY shard) AS told
WHERE h.shard = told.shard;
