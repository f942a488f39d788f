-- The definitions that folds and checks ask: documents, adopted policies, and which framework places a competency.
-- One set of these in every database that folds or checks; written by shared/runtime/definitions/projection.py alone.

CREATE SCHEMA definitions;

-- The bytes of documents by their digest. They may be here before their publication is applied (fetched ahead of the
-- transaction) and never change: what they are is their address.
CREATE TABLE definitions.content (
    digest text  PRIMARY KEY CHECK (digest ~ '^[0-9a-f]{64}$'),
    bytes  bytea NOT NULL
);

-- Documents that are published.
CREATE TABLE definitions.document (
    digest      text   PRIMARY KEY REFERENCES definitions.content,
    owner       uuid   NOT NULL,
    format      text   NOT NULL,
    id          uuid,
    position    bigint NOT NULL,
    recorded_ms bigint NOT NULL
);
CREATE INDEX document_owner ON definitions.document (owner);

-- Which policy was adopted for which scope, in order.
CREATE TABLE definitions.adoption (
    position    bigint PRIMARY KEY,
    owner       uuid   NOT NULL,
    version     bigint NOT NULL, -- of the stream policy/{scope}
    scope       text   NOT NULL,
    policy      text   NOT NULL,
    mode        text   NOT NULL CHECK (mode IN ('recompute', 'keep_attained')),
    recorded_ms bigint NOT NULL
);
CREATE INDEX adoption_owner ON definitions.adoption (owner);
CREATE INDEX adoption_scope ON definitions.adoption (scope, position);

-- Which publication of which framework placed a competency; the latest holds.
CREATE TABLE definitions.placement (
    competency  uuid   NOT NULL,
    position    bigint NOT NULL, -- of the framework's publication
    owner       uuid   NOT NULL,
    framework   uuid   NOT NULL,
    code        text   NOT NULL,
    statement   text   NOT NULL,
    recorded_ms bigint NOT NULL,
    PRIMARY KEY (competency, position)
);
CREATE INDEX placement_owner ON definitions.placement (owner);
CREATE INDEX placement_framework ON definitions.placement (framework);

-- Which state of adoptions and placements this is. Taken from a sequence, so that a transaction rolled back never
-- leaves its number to another: who remembers what he read under a number may trust it for ever.
CREATE SEQUENCE definitions.revisions;
CREATE TABLE definitions.revision (
    one      boolean PRIMARY KEY DEFAULT true CHECK (one), -- there is one row
    revision bigint  NOT NULL
);
INSERT INTO definitions.revision (revision) VALUES (0);

GRANT USAGE ON SCHEMA definitions TO {app};
GRANT SELECT, INSERT ON definitions.content TO {app};
GRANT SELECT, INSERT, DELETE ON definitions.document, definitions.adoption, definitions.placement TO {app};
GRANT SELECT, UPDATE ON definitions.revision TO {app};
GRANT USAGE ON SEQUENCE definitions.revisions TO {app};
