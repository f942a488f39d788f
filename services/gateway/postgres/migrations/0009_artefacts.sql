-- Tickets with which a file is had from its own origin, where nobody is known by a cookie. Of a ticket only SHA-256 is
-- here; a row is taken out when it is used: each is good once, and for a minute.
CREATE TABLE gateway.artefact_ticket (
    digest  text   PRIMARY KEY CHECK (digest ~ '^[0-9a-f]{64}$'),
    person  uuid   NOT NULL,
    ref     text   NOT NULL CHECK (ref ~ '^[0-9a-f]{64}$'),
    ends_ms bigint NOT NULL
);
CREATE INDEX artefact_ticket_ends ON gateway.artefact_ticket (ends_ms);

GRANT SELECT, INSERT, DELETE ON gateway.artefact_ticket TO {app};
