-- Who scores what an exhibition shows: what a panelist may see follows from it.

-- The works that an exhibition shows, as it was planned last.
CREATE TABLE access.exhibited (
    exhibition uuid NOT NULL, -- also the owner
    work       uuid NOT NULL,
    PRIMARY KEY (exhibition, work)
);
CREATE INDEX exhibited_work ON access.exhibited (work);

-- A person is on an exhibition's panel until before `ends_ms`, where it is set, unless she is dismissed.
CREATE TABLE access.panelists (
    exhibition   uuid NOT NULL, -- also the owner
    panelist     uuid NOT NULL,
    ends_ms      bigint,
    is_dismissed bool NOT NULL DEFAULT false,
    PRIMARY KEY (exhibition, panelist)
);
CREATE INDEX panelists_panelist ON access.panelists (panelist);

GRANT SELECT, INSERT, UPDATE, DELETE ON access.exhibited, access.panelists TO {app};
