-- How far each shard of evidence was compared by a verification, so that a learner can be told what of hers was.
ALTER TABLE verified.verification ADD COLUMN compared jsonb; -- {"17": 42}; null until it is known, and of audits of grades
CREATE INDEX verification_of_learner ON verified.verification (learner, ended_at) WHERE kind = 'record';
