-- The vault: texts and names, encrypted under keys of their owners that lie in another database. Only the vault's own
-- role comes near them, and it comes near nothing else: the ledger is asked by the service, as the role that may.

CREATE SCHEMA vault;

-- A text that an event refers to by `ref`, the SHA-256 of its key's id and the ciphertext. Owner, event and field are
-- part of what was encrypted: in another row it does not decrypt. A text is `referred` to once an event in the ledger
-- was seen to hold its reference, and then stays; until then it was last asked for at `kept_at`, and may be swept.
CREATE TABLE vault.text (
    ref        bytea       PRIMARY KEY CHECK (octet_length(ref) = 32),
    owner      uuid        NOT NULL,
    event      uuid        NOT NULL,
    field      text        COLLATE "C" NOT NULL,
    ciphertext bytea       NOT NULL,
    kept_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    referred   boolean     NOT NULL DEFAULT false
);
CREATE INDEX text_owner ON vault.text (owner);
CREATE INDEX text_unreferred ON vault.text (kept_at, ref) WHERE NOT referred;

-- A person's name, as a roster said last. No event refers to it, and it is never swept.
CREATE TABLE vault.name (
    owner      uuid  PRIMARY KEY,
    ciphertext bytea NOT NULL
);

GRANT USAGE ON SCHEMA vault TO {vault};
GRANT SELECT, INSERT, UPDATE, DELETE ON vault.text, vault.name TO {vault};
