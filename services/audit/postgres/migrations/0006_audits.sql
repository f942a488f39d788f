-- Audits of grades are verifications of another kind: of one grade (`grade`, an event's id, with its learner), or of
-- all of the district's (neither). `different` counts the words of grades in which something differs.

ALTER TABLE audit.verification
    ADD COLUMN kind      text   NOT NULL DEFAULT 'record' CHECK (kind IN ('record', 'grades')),
    ADD COLUMN grade     uuid,
    ADD COLUMN different bigint NOT NULL DEFAULT 0,
    ADD CHECK (grade IS NULL OR (kind = 'grades' AND learner IS NOT NULL));

-- What an audit says of each word of the grade that was asked for, or of the district's first that differ.
CREATE TABLE audit.verdict (
    verification uuid    NOT NULL REFERENCES audit.verification,
    number       integer NOT NULL, -- from 1, in order
    told         json    NOT NULL,
    PRIMARY KEY (verification, number)
);

CREATE INDEX entry_grade ON audit.entry (ledger, shard, owner)
    WHERE type IN ('ascertain.GradeReleased', 'ascertain.GradeAmended', 'ascertain.GradeUpheld');

GRANT SELECT, INSERT ON audit.verdict TO {app};
