-- The audit's own copy of both ledgers, entry by entry as they came from Kafka, and what verifications found.

CREATE SCHEMA audit;

-- Everything is kept as it came, in plain types without any rule of its own: whatever came must be kept, whether or not
-- anyone else can handle it. The columns are the fields of `shared.ledger.entry.Entry`, in their order.
CREATE TABLE audit.entry (
    ledger         text    COLLATE "C" NOT NULL,
    shard          integer NOT NULL,
    position       bigint  NOT NULL,
    epoch          bigint  NOT NULL,
    tenant         text    COLLATE "C" NOT NULL,
    owner          text    COLLATE "C" NOT NULL,
    stream         text    COLLATE "C" NOT NULL,
    version        bigint  NOT NULL,
    id             text    COLLATE "C" NOT NULL,
    type           text    COLLATE "C" NOT NULL,
    schema         text    COLLATE "C" NOT NULL,
    occurred_at    bigint  NOT NULL,
    recorded_at    bigint  NOT NULL,
    actor          text    COLLATE "C" NOT NULL,
    body           bytea   NOT NULL,
    request_digest text    COLLATE "C",
    PRIMARY KEY (ledger, shard, position)
);

CREATE INDEX entry_owner ON audit.entry (owner, position);
CREATE INDEX entry_id ON audit.entry (id);

CREATE FUNCTION audit.forbid_change() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'The copy is never changed: % on audit.% is refused.', tg_op, tg_table_name
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER forbid_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit.entry
    FOR EACH STATEMENT EXECUTE FUNCTION audit.forbid_change();
ALTER TABLE audit.entry ENABLE ALWAYS TRIGGER forbid_change;

-- Each process that runs verifications has a number of its own, and holds the advisory lock (7100, number) while it
-- lives. A verification that says it is running under a number that nobody holds was interrupted.
CREATE SEQUENCE audit.runners AS integer;

CREATE TABLE audit.verification (
    id         uuid    PRIMARY KEY,
    learner    uuid,             -- null: the whole district
    asked_by   uuid    NOT NULL,
    runner     integer NOT NULL,
    state      text    NOT NULL CHECK (state IN ('running', 'equal', 'different', 'failed')),
    began_at   bigint  NOT NULL,
    ended_at   bigint,
    phases     jsonb   NOT NULL, -- [{name, done, total}]
    found      bigint  NOT NULL DEFAULT 0,
    set_aside  bigint  NOT NULL DEFAULT 0,
    reason     text              -- why it failed, in words of ours
);
CREATE INDEX verification_running ON audit.verification (runner) WHERE state = 'running';

CREATE TABLE audit.difference (
    verification uuid    NOT NULL REFERENCES audit.verification,
    number       integer NOT NULL, -- from 1, in order of finding
    located      jsonb   NOT NULL, -- the members of `Difference` that it has
    PRIMARY KEY (verification, number)
);

GRANT USAGE ON SCHEMA audit TO {app};
GRANT SELECT, INSERT ON audit.entry, audit.difference TO {app};
GRANT SELECT, INSERT, UPDATE ON audit.verification TO {app};
GRANT USAGE ON SEQUENCE audit.runners TO {app};
