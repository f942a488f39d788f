-- The ledger: the record of everything, and its own outbox.
--
-- An entry is appended once, by ledger.facts() or ledger.append(), and never changed. Within a shard positions count
-- 1, 2, 3 without a gap; within a stream so do versions; an id exists once in the whole district. Instants are whole
-- milliseconds since 1970, UTC.

CREATE SCHEMA ledger;

-- The one district whose record this is, for life. Its id is in every envelope, so it may never change.
CREATE TABLE ledger.district (
    tenant uuid    NOT NULL,
    one    boolean PRIMARY KEY DEFAULT true CHECK (one)
);

-- The end of each shard. Whoever appends locks this row first, so that appends to a shard come one after another and
-- none becomes visible before an earlier one: a reader of `position > last` can lose nothing.
CREATE TABLE ledger.head (
    ledger      text    COLLATE "C" NOT NULL,
    shard       integer NOT NULL,
    position    bigint  NOT NULL DEFAULT 0 CHECK (position >= 0), -- of the last entry; 0 where there is none
    recorded_at bigint  NOT NULL DEFAULT 0,                       -- of the last entry; never runs backwards
    epoch       integer NOT NULL DEFAULT 1 CHECK (epoch >= 1),    -- raised when another server takes over
    PRIMARY KEY (ledger, shard)
) WITH (fillfactor = 10); -- room on the page for the many versions of a row that every append updates

INSERT INTO ledger.head (ledger, shard) SELECT 'evidence', s FROM generate_series(0, 63) s;
INSERT INTO ledger.head (ledger, shard) VALUES ('definitions', 0);

-- Types of events with their schemas, so that an entry need not repeat some sixty bytes of text.
CREATE TABLE ledger.kind (
    kind   smallint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    type   text COLLATE "C" NOT NULL,
    schema text COLLATE "C" NOT NULL,
    UNIQUE (type, schema)
);

-- The entries as they are stored; ledger.entry shows them whole.
CREATE TABLE ledger.stored_entry (
    position       bigint   NOT NULL,
    occurred_at    bigint   NOT NULL,
    recorded_at    bigint   NOT NULL,
    shard          integer  NOT NULL,
    version        integer  NOT NULL,
    epoch          integer  NOT NULL,
    kind           smallint NOT NULL, -- of ledger.kind; appends take it from there, a foreign key would cost each row
    id             uuid     NOT NULL,
    owner          uuid     NOT NULL,
    actor          uuid     NOT NULL,
    ledger         text     COLLATE "C" NOT NULL,
    stream         text     COLLATE "C", -- null: the stream that bears the entry's own id, evidence/{id}
    request_digest bytea,                -- of a command of several events, on each of them
    body           bytea    NOT NULL,    -- the exact canonical JSON
    PRIMARY KEY (shard, position, ledger), -- in this order numbers are compared first, which is cheap
    CONSTRAINT stored_entry_id UNIQUE (id), -- over the whole district: by shard, another owner's would be stored twice
    -- One check, since each is read anew at every append. A body beyond 256 KiB would jam its shard.
    CHECK (position >= 1 AND version >= 1 AND octet_length(body) BETWEEN 1 AND 262144
           AND (request_digest IS NULL OR octet_length(request_digest) = 32))
);

CREATE INDEX stored_entry_owner ON ledger.stored_entry (owner, position);
CREATE UNIQUE INDEX stored_entry_stream ON ledger.stored_entry (stream, owner, version) WHERE stream IS NOT NULL;

-- How far each stream has come. A stream evidence/{id} with nothing but its opening entry needs no row here: the
-- entry of that id says that it is open at version 1. A stream belongs to one owner and so to one shard, whose head
-- guards its row.
CREATE TABLE ledger.stream (
    owner   uuid    NOT NULL,
    stream  text    COLLATE "C" NOT NULL,
    ledger  text    COLLATE "C" NOT NULL,
    version integer NOT NULL CHECK (version >= 1),
    closed  boolean NOT NULL,
    PRIMARY KEY (owner, stream, ledger)
) WITH (fillfactor = 85);

-- How far the relay has published each shard: the position of the last record that Kafka acknowledged.
CREATE TABLE ledger.cursor (
    ledger   text    COLLATE "C" NOT NULL,
    shard    integer NOT NULL,
    position bigint  NOT NULL DEFAULT 0 CHECK (position >= 0),
    PRIMARY KEY (ledger, shard)
) WITH (fillfactor = 10);

INSERT INTO ledger.cursor (ledger, shard) SELECT ledger, shard FROM ledger.head;

-- Every entry whole: the fields of `shared.ledger.entry.Entry`. Read a shard by (shard, position, ledger), an owner
-- by (owner, position), an entry by id; for a stream see services/evidence/postgres/reading.py.
CREATE VIEW ledger.entry AS
SELECT e.ledger, e.shard, e.position, e.epoch, (SELECT d.tenant FROM ledger.district d) AS tenant, e.owner,
       coalesce(e.stream, 'evidence/' || e.id) AS stream, e.version, e.id, k.type, k.schema, e.occurred_at,
       e.recorded_at, e.actor, e.body, e.request_digest
FROM ledger.stored_entry e
LEFT JOIN ledger.kind k ON k.kind = e.kind; -- left: an entry whose kind were lost must be seen to be wrong, not hidden

CREATE FUNCTION ledger.forbid_change() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'The ledger is never changed: % on ledger.% is refused.', tg_op, tg_table_name
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER forbid_change BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.stored_entry
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.forbid_change();
ALTER TABLE ledger.stored_entry ENABLE ALWAYS TRIGGER forbid_change;
CREATE TRIGGER forbid_change BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.district
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.forbid_change();
ALTER TABLE ledger.district ENABLE ALWAYS TRIGGER forbid_change;
CREATE TRIGGER forbid_change BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.kind
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.forbid_change();
ALTER TABLE ledger.kind ENABLE ALWAYS TRIGGER forbid_change;
