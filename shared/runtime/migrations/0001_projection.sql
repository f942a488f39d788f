-- How far each service's tables have come, owner by owner. One set of these in every database that projects.

CREATE SCHEMA projection;

-- The greatest position of each shard whose entries are in the tables (or wait in quarantine). It moves only by
-- compare-and-set, first in the transaction that applies a batch: that is what fences a consumer that lost its shard.
CREATE TABLE projection.watermark (
    ledger      text   NOT NULL CHECK (ledger IN ('evidence', 'definitions')),
    shard       int    NOT NULL CHECK (shard >= 0),
    position    bigint NOT NULL CHECK (position >= 0),
    next_offset bigint NOT NULL CHECK (next_offset >= 0), -- where to read on in the Kafka partition
    recorded_ms bigint NOT NULL,                          -- recorded_at of the entry at `position`
    paused      text,                                     -- why the shard does not move, in words of ours; null: it does
    PRIMARY KEY (ledger, shard)
) WITH (fillfactor = 50);

-- An entry applies to an owner only above this position; a refold sets it.
CREATE TABLE projection.owner (
    ledger        text   NOT NULL,
    shard         int    NOT NULL,
    owner         uuid   NOT NULL,
    last_position bigint NOT NULL,
    PRIMARY KEY (ledger, shard, owner)
) WITH (fillfactor = 80);

-- Owners with an entry that cannot be handled: it and all their later entries wait here for a release.
CREATE TABLE projection.quarantine (
    ledger   text        NOT NULL,
    shard    int         NOT NULL,
    owner    uuid        NOT NULL,
    position bigint      NOT NULL, -- of the entry that could not be handled
    type     text        NOT NULL,
    reason   text        NOT NULL, -- the kind of error and where, never its message: that may quote a person
    since    timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (ledger, shard, owner)
);

GRANT USAGE ON SCHEMA projection TO {app};
GRANT SELECT, INSERT, UPDATE, DELETE ON projection.watermark, projection.owner, projection.quarantine TO {app};
