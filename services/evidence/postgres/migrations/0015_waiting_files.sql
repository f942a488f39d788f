-- How much one person has waiting. Nobody is kept here for longer than that: `sender` goes once a version names the file.
ALTER TABLE vault.artefact ADD COLUMN sender uuid, ADD COLUMN size int NOT NULL DEFAULT 0;
CREATE INDEX artefact_sender ON vault.artefact (sender) WHERE sender IS NOT NULL;
