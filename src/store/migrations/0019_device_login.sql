-- Logins begun by a program that has no browser: somebody who is logged in allows them by the code it shows.
CREATE TABLE access.device (
  -- Of the code that only the program has.
  sha256     text PRIMARY KEY,
  user_code  text NOT NULL UNIQUE,
  -- Where it was begun, to be shown to who allows it.
  address    text NOT NULL,
  expires_at timestamptz NOT NULL,
  -- Who allowed it, for themselves.
  principal  uuid REFERENCES access.principal ON DELETE CASCADE
);
