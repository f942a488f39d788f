-- Who was shown what of a learner, by whom and for what. Nothing here tells who anybody is, nor what was shown; and
-- what was written stays: the application's role may add and read, and nothing else.

CREATE TABLE gateway.disclosures (
    learner uuid   NOT NULL,
    number  bigint GENERATED ALWAYS AS IDENTITY, -- as they were written
    at_ms   bigint NOT NULL,
    person  uuid   NOT NULL,                     -- who was shown it
    what    text   NOT NULL CHECK (what ~ '^[a-z][a-z-]{0,31}$'),
    purpose text   CHECK (purpose ~ '^[a-z][a-z-]{0,31}$'),
    count   int    NOT NULL CHECK (count > 0),
    PRIMARY KEY (learner, number)
);

GRANT SELECT, INSERT ON gateway.disclosures TO {app};
