-- Secrets of a namespace. The value is encrypted with a key of its own, and that key with the master key, which is
-- never in the database (src/access/secrets.ts).
CREATE TABLE access.secret (
  namespace  text NOT NULL REFERENCES access.namespace ON DELETE CASCADE,
  name       text NOT NULL,
  -- AES-256-GCM: initialisation vector, tag, ciphertext.
  sealed     bytea NOT NULL,
  -- The value's key as the master key encrypted it, and which master key that was.
  wrapped    bytea NOT NULL,
  master     text NOT NULL,
  updated_at timestamptz NOT NULL,
  updated_by text NOT NULL,
  PRIMARY KEY (namespace, name)
);
