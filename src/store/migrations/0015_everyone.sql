-- Everyone, as IAM knows them: what is given to them holds for whoever has logged in. Their ids are constants
-- (src/access/everyone.ts).
ALTER TABLE access.principal DROP CONSTRAINT principal_kind_check;
ALTER TABLE access.principal ADD CONSTRAINT principal_kind_check
  CHECK (kind IN ('user', 'group', 'service_account', 'agent', 'run', 'everyone'));
-- A user or group that has such a name from before must not become everyone.
UPDATE access.principal SET name = name || '@' || id WHERE name IN ('allUsers', 'allAuthenticatedUsers');
INSERT INTO access.principal (id, kind, name) VALUES
  ('00000000-0000-0000-0000-000000000001', 'everyone', 'allUsers'),
  ('00000000-0000-0000-0000-000000000002', 'everyone', 'allAuthenticatedUsers');
