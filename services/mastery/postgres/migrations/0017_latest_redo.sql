-- Which redo of a competency is the latest, without unpacking each: the position of the event that began it; 0 in rows
-- written before this column, until a rebuild.
ALTER TABLE mastery.redo ADD COLUMN began bigint NOT NULL DEFAULT 0;
CREATE INDEX redo_latest ON mastery.redo (learner, competency, began);

-- What waits is asked of the latest; which version it was that was handed in, of nothing.
DROP INDEX mastery.redo_waiting, mastery.redo_of_work;
ALTER TABLE mastery.handed_in DROP COLUMN version;
