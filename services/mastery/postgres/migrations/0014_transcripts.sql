-- Codes of the transcripts that were given out, by which anyone may ask whether one still stands. What a transcript said
-- is folded again when that is asked; nothing of it is kept here. Not of the record, so no rebuild makes it anew.

CREATE SCHEMA transcript;

CREATE TABLE transcript.issued (
    code    text PRIMARY KEY,
    learner uuid NOT NULL
);
CREATE INDEX issued_learner ON transcript.issued (learner);

GRANT USAGE ON SCHEMA transcript TO {app};
GRANT SELECT, INSERT, DELETE ON transcript.issued TO {app};
