-- People and groups, and the log of what everyone did.

ALTER TABLE access.principal DROP CONSTRAINT principal_kind_check;
ALTER TABLE access.principal ADD CONSTRAINT principal_kind_check
  CHECK (kind IN ('user', 'group', 'service_account', 'agent', 'run'));

ALTER TABLE access.binding DROP CONSTRAINT binding_scope_kind_check;
-- 'project.dataset.table' for a table.
ALTER TABLE access.binding ADD CONSTRAINT binding_scope_kind_check
  CHECK (scope_kind IN ('platform', 'agency', 'namespace', 'project', 'dataset', 'table', 'run'));
CREATE INDEX binding_scope ON access.binding (scope_kind, scope_id);

-- A member has the roles of its groups besides its own. Groups are in no groups.
CREATE TABLE access.member (
  "group"   uuid NOT NULL REFERENCES access.principal ON DELETE CASCADE,
  principal uuid NOT NULL REFERENCES access.principal ON DELETE CASCADE,
  PRIMARY KEY (principal, "group")
);
CREATE INDEX member_group ON access.member ("group");

-- argon2id (RFC 9106) as a PHC string, with the parameters it was made with.
CREATE TABLE access.password (
  principal  uuid PRIMARY KEY REFERENCES access.principal ON DELETE CASCADE,
  hash       text NOT NULL,
  changed_at timestamptz NOT NULL DEFAULT now()
);

-- One-time tokens: whoever brings one chooses a password, or gets an agent's key. Only the hash is kept.
CREATE TABLE access.invitation (
  sha256     text PRIMARY KEY,
  principal  uuid NOT NULL REFERENCES access.principal ON DELETE CASCADE,
  purpose    text NOT NULL CHECK (purpose IN ('password', 'key')),
  expires_at timestamptz NOT NULL
);
CREATE INDEX invitation_principal ON access.invitation (principal);

-- Who did what, on what, from where, and what came of it. Nothing refers to other tables: what is gone there stays here.
CREATE TABLE access.audit (
  id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at        timestamptz NOT NULL,
  -- Null for who gave no credential, or a wrong one.
  principal uuid,
  name      text NOT NULL,
  kind      text NOT NULL,
  -- The agency of the principal, and of what it was done to.
  agency    text,
  owner     text,
  -- What was asked of may(); null where nothing was.
  action    text,
  -- Method and route, as docs/reference/api.md lists them.
  operation text NOT NULL,
  path      text NOT NULL,
  resource  jsonb NOT NULL,
  address   text NOT NULL,
  status    smallint NOT NULL
);
CREATE INDEX audit_at ON access.audit USING brin (at);
CREATE INDEX audit_principal ON access.audit (name, id);
CREATE INDEX audit_owner ON access.audit (owner, id);

CREATE FUNCTION access.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the audit log can only be added to' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON access.audit
  FOR EACH STATEMENT EXECUTE FUNCTION access.refuse_change();
-- Also for a session that says it replicates.
ALTER TABLE access.audit ENABLE ALWAYS TRIGGER append_only;
