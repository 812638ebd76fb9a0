-- Who is told of what happens to runs, and what is still to be told. What a message is sent with (an address that
-- is a secret, a token) is among the namespace's secrets.
CREATE TABLE orchestrator.notification_rule (
  namespace     text NOT NULL REFERENCES access.namespace,
  name          text NOT NULL,
  events        text[] NOT NULL,
  -- Of this flow alone.
  flow          text,
  late_minutes  integer NOT NULL CHECK (late_minutes > 0),
  stuck_minutes integer NOT NULL CHECK (stuck_minutes > 0),
  channel       text NOT NULL CHECK (channel IN ('webhook', 'discord', 'slack', 'telegram', 'email')),
  -- For people: a host, a chat, addresses. No secret.
  target        text NOT NULL,
  PRIMARY KEY (namespace, name)
);

CREATE TABLE orchestrator.notification (
  id           uuid PRIMARY KEY,
  namespace    text NOT NULL,
  rule         text NOT NULL,
  event        text NOT NULL,
  run          uuid REFERENCES orchestrator.run ON DELETE CASCADE,
  attempt      integer NOT NULL,
  state        text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'delivered', 'failed')),
  tries        integer NOT NULL DEFAULT 0,
  -- Not to be sent before; while one server sends it, when another may.
  next_at      timestamptz NOT NULL,
  error        text,
  created_at   timestamptz NOT NULL,
  delivered_at timestamptz,
  FOREIGN KEY (namespace, rule) REFERENCES orchestrator.notification_rule ON DELETE CASCADE,
  -- One event is one notification, whoever finds it and however often.
  UNIQUE NULLS NOT DISTINCT (namespace, rule, run, attempt, event)
);
CREATE INDEX notification_waiting ON orchestrator.notification (next_at) WHERE state = 'waiting';
CREATE INDEX notification_by_run ON orchestrator.notification (run);

-- People or teams that a flow is owned by, for messages about its runs.
ALTER TABLE orchestrator.deployment ADD COLUMN owners text[] NOT NULL DEFAULT '{}';
