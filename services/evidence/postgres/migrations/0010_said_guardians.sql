-- Whom the rosters so far named as guardians. Only what a roster says otherwise than the last one changes who is one:
-- what an administrator linked or unlinked by hand is not undone every night.

CREATE TABLE handed_in.said_guardian (
    learner  uuid NOT NULL,
    guardian uuid NOT NULL,
    PRIMARY KEY (learner, guardian)
);
CREATE INDEX said_guardian_guardian ON handed_in.said_guardian (guardian);

GRANT SELECT, INSERT, DELETE ON handed_in.said_guardian TO {app};
