-- What was verified, and what was found, belongs to no version of the copy: it stays when a new one takes its place.
CREATE SCHEMA verified;
ALTER TABLE audit.verification SET SCHEMA verified;
ALTER TABLE audit.difference SET SCHEMA verified;
ALTER TABLE audit.verdict SET SCHEMA verified;
ALTER SEQUENCE audit.runners SET SCHEMA verified;
GRANT USAGE ON SCHEMA verified TO {app};
