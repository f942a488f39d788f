-- The events of learners' portfolios (owner: the learner): exhibits, their order, and shares. They are few, and folded
-- where they are read, so that a portfolio can be told of as it was at any time. No link's secret is here or anywhere.

CREATE TABLE portfolio.curated_entry (
    learner     uuid   NOT NULL,
    position    bigint NOT NULL,
    event       uuid   NOT NULL,
    kind        text   NOT NULL,
    recorded_ms bigint NOT NULL,
    body        bytea  NOT NULL,
    PRIMARY KEY (learner, position)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON portfolio.curated_entry TO {app};
