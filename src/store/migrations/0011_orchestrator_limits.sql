-- What limits, collisions, sub-flows, backfills and values need beside the runs themselves.
ALTER TABLE orchestrator.deployment
  -- What becomes of a new run while earlier ones are active or wait.
  ADD COLUMN collision text NOT NULL DEFAULT 'enqueue' CHECK (collision IN ('enqueue', 'cancel_new', 'replace')),
  ADD COLUMN tags text[] NOT NULL DEFAULT '{}';

CREATE TABLE orchestrator.backfill (
  id           uuid PRIMARY KEY,
  deployment   uuid NOT NULL REFERENCES orchestrator.deployment,
  from_at      timestamptz NOT NULL,
  until_at     timestamptz NOT NULL,
  parameters   jsonb NOT NULL,
  runs         integer NOT NULL,
  created_at   timestamptz NOT NULL,
  cancelled_at timestamptz
);

ALTER TABLE orchestrator.run
  ADD COLUMN tags text[] NOT NULL DEFAULT '{}',
  -- The run that started it by runFlow.
  ADD COLUMN parent uuid REFERENCES orchestrator.run ON DELETE SET NULL,
  ADD COLUMN backfill uuid REFERENCES orchestrator.backfill,
  DROP CONSTRAINT run_origin_check,
  ADD CONSTRAINT run_origin_check CHECK (origin IN ('manual', 'schedule', 'retry', 'flow', 'backfill'));
CREATE INDEX run_by_parent ON orchestrator.run (parent) WHERE parent IS NOT NULL;
CREATE INDEX run_by_backfill ON orchestrator.run (backfill, id) WHERE backfill IS NOT NULL;

-- Active runs at the most, beside what a flow says of itself. Its row is locked by whoever claims under it.
CREATE TABLE orchestrator.run_limit (
  scope text NOT NULL CHECK (scope IN ('tag', 'namespace', 'agency', 'backfill')),
  -- A tag, or the id of a namespace, agency or backfill.
  name  text NOT NULL,
  most  integer NOT NULL CHECK (most >= 0),
  PRIMARY KEY (scope, name)
);

-- What runs leave for later runs.
CREATE TABLE orchestrator.value (
  namespace  text NOT NULL REFERENCES access.namespace,
  key        text NOT NULL,
  -- JSON, to the letter as it was sent.
  value      text NOT NULL,
  -- Grows with each change; 1 at first.
  revision   bigint NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (namespace, key)
);
