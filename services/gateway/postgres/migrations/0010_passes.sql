-- Passes of panelists without an account. What is stored gives nobody a pass: only SHA-256 of its 256 random bits.

CREATE TABLE gateway.passes (
    id           uuid   PRIMARY KEY,
    exhibition   uuid   NOT NULL,
    person       uuid   NOT NULL,
    made_by      uuid   NOT NULL,
    digest       text   NOT NULL UNIQUE CHECK (digest ~ '^[0-9a-f]{64}$'),
    created_ms   bigint NOT NULL,
    ends_ms      bigint NOT NULL,
    last_used_ms bigint,
    revoked_ms   bigint
);
CREATE INDEX passes_person ON gateway.passes (person);
CREATE INDEX passes_exhibition ON gateway.passes (exhibition);

-- Whose pass it is and when it ends never changes; a revoked one stays for a while, so that one can see it.
GRANT SELECT, INSERT, UPDATE (last_used_ms, revoked_ms), DELETE ON gateway.passes TO {app};
