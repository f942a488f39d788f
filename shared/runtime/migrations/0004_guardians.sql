-- Who speaks for whom, and what finds a scope's members.

-- A person is a guardian of a learner until unlinked: then there is no row.
CREATE TABLE access.guardians (
    learner  uuid NOT NULL, -- also the owner
    guardian uuid NOT NULL,
    PRIMARY KEY (learner, guardian)
);
CREATE INDEX guardians_guardian ON access.guardians (guardian);

CREATE INDEX enrolments_section ON access.enrolments (section, learner) WHERE section IS NOT NULL;
CREATE INDEX enrolments_school ON access.enrolments (school, learner);

GRANT SELECT, INSERT, DELETE ON access.guardians TO {app};
