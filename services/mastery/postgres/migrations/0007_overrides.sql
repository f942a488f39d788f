-- A state is folded from contributions and overrides; one of both is enough for a row.
ALTER TABLE mastery.state
    ADD COLUMN overrides    bytea, -- msgpack: every override, by position; null where there is none
    ADD COLUMN judged_under text;  -- the policy that the override in force names: folded anew once that is adopted
ALTER TABLE mastery.state ALTER COLUMN overrides SET STORAGE EXTERNAL;
CREATE INDEX state_judged_under ON mastery.state (judged_under) WHERE judged_under IS NOT NULL;
