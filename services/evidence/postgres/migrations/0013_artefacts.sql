-- Files of works. They lie encrypted in the artefact store, under `key`; here is what is known of each.

-- A row is there before its file is: whatever lies in the store has one. `sealed` (media type, size, SHA-256, encrypted
-- under the work's key) is there once the file has come whole. `file` is what its uploader calls it.
CREATE TABLE vault.artefact (
    key     uuid        PRIMARY KEY,
    file    uuid        NOT NULL,
    owner   uuid        NOT NULL,
    sealed  bytea,
    kept_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE UNIQUE INDEX artefact_file ON vault.artefact (file) WHERE sealed IS NOT NULL;
CREATE INDEX artefact_owner ON vault.artefact (owner);
CREATE INDEX artefact_kept ON vault.artefact (kept_at, key);

-- Which texts name a file. Where none of them is left, the file is swept, as they are.
CREATE TABLE vault.artefact_use (
    key uuid  NOT NULL REFERENCES vault.artefact ON DELETE CASCADE,
    ref bytea NOT NULL,
    PRIMARY KEY (key, ref)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON vault.artefact, vault.artefact_use TO {vault};
