-- Personal tokens. What is stored gives nobody a token: only SHA-256 of its 256 random bits.

CREATE SCHEMA gateway;

CREATE TABLE gateway.personal_tokens (
    id           uuid   PRIMARY KEY,
    person       uuid   NOT NULL,
    label        text   NOT NULL CHECK (length(label) <= 100),
    digest       text   NOT NULL UNIQUE CHECK (digest ~ '^[0-9a-f]{64}$'),
    created_ms   bigint NOT NULL,
    last_used_ms bigint,
    revoked_ms   bigint
);
CREATE INDEX personal_tokens_person ON gateway.personal_tokens (person);

GRANT USAGE ON SCHEMA gateway TO {app};
-- A token's person and digest never change, and a revoked token stays, so that one can see that there was one.
GRANT SELECT, INSERT, UPDATE (last_used_ms, revoked_ms) ON gateway.personal_tokens TO {app};
