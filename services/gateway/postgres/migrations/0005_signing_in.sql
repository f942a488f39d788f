-- Signing in. Whoever reads these tables can neither use a session nor end a sign-in: of what a browser holds, only
-- SHA-256 is here.

-- Who an issuer's subject is to us.
CREATE TABLE gateway.account (
    id         uuid   PRIMARY KEY,
    issuer     text   NOT NULL CHECK (length(issuer) <= 500),
    subject    text   NOT NULL CHECK (length(subject) <= 255),
    person     uuid   NOT NULL,
    created_ms bigint NOT NULL,
    UNIQUE (issuer, subject)
);
CREATE INDEX account_person ON gateway.account (person);

-- A session ends with the account that it came of.
CREATE TABLE gateway.session (
    digest       text   PRIMARY KEY CHECK (digest ~ '^[0-9a-f]{64}$'),
    person       uuid   NOT NULL,
    account      uuid   NOT NULL REFERENCES gateway.account ON DELETE CASCADE,
    created_ms   bigint NOT NULL,
    last_used_ms bigint NOT NULL
);
CREATE INDEX session_account ON gateway.session (account);
CREATE INDEX session_person ON gateway.session (person);

-- Sign-ins that wait for the issuer's answer. A row is taken out when it is used: each is good once.
CREATE TABLE gateway.sign_in_attempt (
    state_digest   text   PRIMARY KEY CHECK (state_digest ~ '^[0-9a-f]{64}$'),
    browser_digest text   NOT NULL CHECK (browser_digest ~ '^[0-9a-f]{64}$'),
    return_to      text   NOT NULL CHECK (length(return_to) <= 512),
    started_ms     bigint NOT NULL
);
CREATE INDEX sign_in_attempt_started ON gateway.sign_in_attempt (started_ms);

GRANT SELECT, INSERT, DELETE ON gateway.account TO {app};
GRANT SELECT, INSERT, UPDATE (last_used_ms), DELETE ON gateway.session TO {app};
GRANT SELECT, INSERT, DELETE ON gateway.sign_in_attempt TO {app};
-- Tokens revoked long ago are pruned.
GRANT DELETE ON gateway.personal_tokens TO {app};
