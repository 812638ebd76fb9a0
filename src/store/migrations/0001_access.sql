-- Who may do what. Agencies own and pay; namespaces are where an agency's runs and models execute;
-- projects hold datasets. A principal gets a role on a scope, and a role is a list of actions
-- (src/access/policy.ts). Nothing is allowed that no binding allows.
CREATE SCHEMA access;

CREATE TABLE access.agency (
  id   text PRIMARY KEY,
  name text NOT NULL
);

CREATE TABLE access.project (
  id     text PRIMARY KEY,
  agency text NOT NULL REFERENCES access.agency
);

CREATE TABLE access.namespace (
  id      text PRIMARY KEY,
  agency  text NOT NULL REFERENCES access.agency,
  -- Where the namespace's flows stage and materialise unless they say otherwise.
  project text NOT NULL REFERENCES access.project,
  -- Projects whose tables its runs and models may write besides that one.
  writes  text[] NOT NULL DEFAULT '{}'
);

CREATE TABLE access.principal (
  id          uuid PRIMARY KEY,
  kind        text NOT NULL CHECK (kind IN ('user', 'service_account', 'agent', 'run')),
  -- E-mail of a user; a readable name of anything else.
  name        text NOT NULL UNIQUE,
  agency      text REFERENCES access.agency,
  created_at  timestamptz NOT NULL DEFAULT now(),
  disabled_at timestamptz
);

CREATE TABLE access.binding (
  principal  uuid NOT NULL REFERENCES access.principal ON DELETE CASCADE,
  role       text NOT NULL,
  scope_kind text NOT NULL CHECK (scope_kind IN ('platform', 'agency', 'namespace', 'project', 'dataset', 'run')),
  -- Empty for the platform; 'project.dataset' for a dataset.
  scope_id   text NOT NULL,
  PRIMARY KEY (principal, role, scope_kind, scope_id)
);

-- Only the hash of a key is kept. 256 random bits need no slow hash.
CREATE TABLE access.key (
  id         text PRIMARY KEY,
  principal  uuid NOT NULL REFERENCES access.principal ON DELETE CASCADE,
  sha256     text NOT NULL,
  purpose    text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz,
  revoked_at timestamptz
);
CREATE INDEX key_principal ON access.key (principal);
