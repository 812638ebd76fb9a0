-- Systems outside that are told how runs go. A server that tells one says so here again and again; nothing is written
-- down for one that nobody tells.
CREATE TABLE orchestrator.sink (
  kind         text PRIMARY KEY CHECK (kind IN ('otlp', 'openlineage')),
  active_until timestamptz NOT NULL
);

CREATE TABLE orchestrator.emission (
  id      uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  kind    text NOT NULL REFERENCES orchestrator.sink,
  run     uuid NOT NULL REFERENCES orchestrator.run ON DELETE CASCADE,
  attempt integer NOT NULL,
  state   text NOT NULL,
  message text,
  at      timestamptz NOT NULL,
  tries   integer NOT NULL DEFAULT 0,
  next_at timestamptz NOT NULL
);
CREATE INDEX emission_next ON orchestrator.emission (next_at);
CREATE INDEX emission_by_run ON orchestrator.emission (run);
