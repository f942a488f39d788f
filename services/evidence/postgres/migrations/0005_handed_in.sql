-- What was handed in and is no event, but has to be known when more is handed in.

CREATE SCHEMA handed_in;

-- Which framework a competency belongs to, for life: whoever hands in a framework first claims its competencies, in
-- one transaction with the document's bytes, before the ledger says that it was published. Of two frameworks handed
-- in at once that claim the same, one is refused.
CREATE TABLE handed_in.claim (
    competency uuid PRIMARY KEY,
    framework  uuid NOT NULL
);

-- Organisations of rosters, with their types as OneRoster has them.
CREATE TABLE handed_in.org (
    id   uuid PRIMARY KEY,
    type text NOT NULL
);

-- Terms of rosters, from an instant until before another.
CREATE TABLE handed_in.session (
    id        uuid PRIMARY KEY,
    begins_ms bigint,
    ends_ms   bigint
);

GRANT USAGE ON SCHEMA handed_in TO {app};
GRANT SELECT, INSERT ON handed_in.claim TO {app};
GRANT SELECT, INSERT, UPDATE ON handed_in.org, handed_in.session TO {app};
