-- Which works and pieces name a task or a rubric, to be counted where the library of them is read.

ALTER TABLE portfolio.piece ADD COLUMN task uuid, ADD COLUMN rubric text;
UPDATE portfolio.piece SET task = (convert_from(body, 'UTF8')::jsonb ->> 'task')::uuid,
    rubric = convert_from(body, 'UTF8')::jsonb ->> 'rubric';
CREATE INDEX piece_task ON portfolio.piece (task) WHERE task IS NOT NULL;
CREATE INDEX piece_rubric ON portfolio.piece (rubric) WHERE rubric IS NOT NULL;

ALTER TABLE portfolio.work_entry ADD COLUMN task uuid;
UPDATE portfolio.work_entry SET task = (convert_from(body, 'UTF8')::jsonb ->> 'task')::uuid WHERE type = 'WorkStarted';
CREATE INDEX work_entry_task ON portfolio.work_entry (task) WHERE task IS NOT NULL;
