-- Keys of service accounts in Google's JSON files. The private half is with whoever has the file; only the
-- public one is kept.
CREATE TABLE access.service_key (
  id         text PRIMARY KEY,
  principal  uuid NOT NULL REFERENCES access.principal ON DELETE CASCADE,
  -- PEM, SubjectPublicKeyInfo.
  public_key text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz,
  revoked_at timestamptz
);
CREATE INDEX service_key_principal ON access.service_key (principal);

-- Tokens that such a key was exchanged for end with it.
ALTER TABLE access.key ADD service_key text REFERENCES access.service_key ON DELETE CASCADE;
CREATE INDEX key_service_key ON access.key (service_key) WHERE service_key IS NOT NULL;
