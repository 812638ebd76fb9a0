-- Flows, their versions, and the runs of them. The server keeps no code: a version says where its
-- bundle is in the lake and what its content hashes to.
CREATE SCHEMA orchestrator;

CREATE TABLE orchestrator.flow (
  id          uuid PRIMARY KEY,
  namespace   text NOT NULL REFERENCES access.namespace,
  name        text NOT NULL,
  description text,
  UNIQUE (namespace, name)
);

CREATE TABLE orchestrator.flow_version (
  id         uuid PRIMARY KEY,
  flow       uuid NOT NULL REFERENCES orchestrator.flow,
  number     integer NOT NULL,
  bucket     text NOT NULL,
  object     text NOT NULL,
  sha256     text NOT NULL,
  -- JSON Schema of the parameters.
  parameters jsonb NOT NULL,
  git_commit text,
  created_at timestamptz NOT NULL,
  UNIQUE (flow, number),
  UNIQUE (flow, sha256)
);

CREATE TABLE orchestrator.deployment (
  id             uuid PRIMARY KEY,
  flow           uuid NOT NULL REFERENCES orchestrator.flow,
  name           text NOT NULL,
  version        uuid NOT NULL REFERENCES orchestrator.flow_version,
  labels         text[] NOT NULL,
  parameters     jsonb NOT NULL,
  -- Runs at a time; null for no limit.
  concurrency    integer CHECK (concurrency > 0),
  retries        integer NOT NULL,
  retry_delay_ms bigint NOT NULL,
  backoff        double precision NOT NULL,
  crash_retries  integer NOT NULL,
  UNIQUE (flow, name)
);

CREATE TABLE orchestrator.schedule (
  id         uuid PRIMARY KEY,
  deployment uuid NOT NULL REFERENCES orchestrator.deployment,
  -- What `cron`, `every` and `once` of the SDK make, as canonical JSON: the same again is the same schedule.
  definition text NOT NULL,
  active     boolean NOT NULL DEFAULT true,
  -- Null when it will not fire any more.
  next_at    timestamptz,
  UNIQUE (deployment, definition)
);
CREATE INDEX schedule_due ON orchestrator.schedule (next_at) WHERE active AND next_at IS NOT NULL;

CREATE TABLE orchestrator.agent (
  id        uuid PRIMARY KEY,
  namespace text NOT NULL REFERENCES access.namespace,
  name      text NOT NULL,
  labels    text[] NOT NULL,
  seen_at   timestamptz NOT NULL,
  UNIQUE (namespace, name)
);

CREATE TABLE orchestrator.run (
  -- UUID version 7: ordered by creation.
  id              uuid PRIMARY KEY,
  name            text NOT NULL,
  flow            uuid NOT NULL REFERENCES orchestrator.flow,
  deployment      uuid NOT NULL REFERENCES orchestrator.deployment,
  -- Fixed when the run is made: a retry runs the code that the first attempt ran.
  version         uuid NOT NULL REFERENCES orchestrator.flow_version,
  namespace       text NOT NULL REFERENCES access.namespace,
  agency          text NOT NULL REFERENCES access.agency,
  state           text NOT NULL CHECK (state IN
    ('Scheduled', 'Pending', 'Running', 'Completed', 'Failed', 'Crashed', 'Cancelling', 'Cancelled')),
  message         text,
  -- Grows with every change of state, which is made only on the revision it was decided on.
  revision        bigint NOT NULL DEFAULT 0,
  -- Grows with everything that happens to the run, log lines included: its readers' position.
  events          bigint NOT NULL DEFAULT 0,
  state_event     bigint NOT NULL DEFAULT 0,
  origin          text NOT NULL CHECK (origin IN ('manual', 'schedule', 'retry')),
  attempt         integer NOT NULL DEFAULT 1,
  failures        integer NOT NULL DEFAULT 0,
  crashes         integer NOT NULL DEFAULT 0,
  parameters      jsonb NOT NULL,
  labels          text[] NOT NULL,
  scheduled_for   timestamptz NOT NULL,
  -- Not to be claimed before; later than scheduled_for when a retry waits.
  due_at          timestamptz NOT NULL,
  created_at      timestamptz NOT NULL,
  started_at      timestamptz,
  ended_at        timestamptz,
  agent           uuid REFERENCES orchestrator.agent,
  lease_until     timestamptz,
  -- Of the claim that may report; grows whenever the run is given to somebody or taken away.
  fence           bigint NOT NULL DEFAULT 0,
  -- Last sequence numbers accepted under this fence.
  run_seq         bigint NOT NULL DEFAULT 0,
  agent_seq       bigint NOT NULL DEFAULT 0,
  -- Name of the principal made for the claim, while it exists.
  principal       text,
  idempotency_key text UNIQUE
);
-- What agents look for, in the order they take it.
CREATE INDEX run_claimable ON orchestrator.run (namespace, due_at, id) WHERE state = 'Scheduled';
-- What the reaper looks for, and what counts against a deployment's concurrency.
CREATE INDEX run_lease ON orchestrator.run (lease_until) WHERE state IN ('Pending', 'Running', 'Cancelling');
CREATE INDEX run_active ON orchestrator.run (deployment) WHERE state IN ('Pending', 'Running', 'Cancelling');
CREATE INDEX run_principal ON orchestrator.run (id) WHERE principal IS NOT NULL;
CREATE INDEX run_by_namespace ON orchestrator.run (namespace, id DESC);
CREATE INDEX run_by_flow ON orchestrator.run (flow, id DESC);
CREATE INDEX run_by_state ON orchestrator.run (state, id DESC);

CREATE TABLE orchestrator.state (
  run     uuid NOT NULL REFERENCES orchestrator.run,
  event   bigint NOT NULL,
  state   text NOT NULL,
  message text,
  attempt integer NOT NULL,
  at      timestamptz NOT NULL,
  PRIMARY KEY (run, event)
);

CREATE TABLE orchestrator.task_run (
  id         uuid PRIMARY KEY,
  run        uuid NOT NULL REFERENCES orchestrator.run,
  key        text NOT NULL,
  attempt    integer NOT NULL,
  -- The run's event counter at the last change.
  event      bigint NOT NULL,
  state      text NOT NULL,
  message    text,
  tries      integer NOT NULL,
  upstream   text[] NOT NULL,
  tags       text[] NOT NULL,
  input_hash text,
  -- As text: what comes back is to the letter what was sent (jsonb reorders, and refuses \u0000).
  result     text,
  started_at timestamptz,
  ended_at   timestamptz,
  UNIQUE (run, key, attempt)
);
CREATE INDEX task_run_event ON orchestrator.task_run (run, event);

CREATE TABLE orchestrator.log (
  run     uuid NOT NULL REFERENCES orchestrator.run,
  -- The run's event counter: grows in the order of commits, so a reader who has one has all before it.
  id      bigint NOT NULL,
  attempt integer NOT NULL,
  at      timestamptz NOT NULL,
  level   text NOT NULL,
  message text NOT NULL,
  task    text,
  PRIMARY KEY (run, id)
);

CREATE TABLE orchestrator.artifact (
  id   uuid PRIMARY KEY,
  run  uuid NOT NULL REFERENCES orchestrator.run,
  key  text NOT NULL,
  -- Empty for one that the flow itself made.
  task text NOT NULL,
  kind text NOT NULL,
  data text NOT NULL,
  at   timestamptz NOT NULL,
  UNIQUE (run, task, key)
);
