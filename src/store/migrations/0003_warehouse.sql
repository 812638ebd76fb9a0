-- The warehouse beside DuckLake. What a native table is, DuckLake itself says (schema ducklake, made by
-- the engine): its columns, files and, as the table's comment, what DuckDB's types cannot say. Here is the rest.
CREATE SCHEMA warehouse;

CREATE TABLE warehouse.dataset (
  project     text NOT NULL REFERENCES access.project,
  dataset     text NOT NULL,
  options     jsonb NOT NULL DEFAULT '{}',
  created_at  timestamptz NOT NULL DEFAULT now(),
  modified_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (project, dataset)
);

-- Views and external tables: a definition, no data.
CREATE TABLE warehouse.relation (
  project     text NOT NULL,
  dataset     text NOT NULL,
  name        text NOT NULL,
  kind        text NOT NULL CHECK (kind IN ('view', 'external')),
  columns     jsonb NOT NULL,
  definition  jsonb NOT NULL,
  description text,
  labels      jsonb NOT NULL DEFAULT '{}',
  created_at  timestamptz NOT NULL DEFAULT now(),
  modified_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (project, dataset, name),
  FOREIGN KEY (project, dataset) REFERENCES warehouse.dataset ON DELETE CASCADE
);

-- Every job, asked for once by its id. A job that changes data writes its id into DuckLake's commit, so
-- after a crash the snapshots say whether it happened.
CREATE TABLE warehouse.job (
  project         text NOT NULL,
  id              text NOT NULL,
  principal       uuid NOT NULL,
  principal_name  text NOT NULL,
  agency          text NOT NULL,
  state           text NOT NULL CHECK (state IN ('RUNNING', 'DONE')),
  statement_type  text NOT NULL,
  sql             text NOT NULL,
  labels          jsonb NOT NULL DEFAULT '{}',
  created_at      timestamptz NOT NULL,
  ended_at        timestamptz,
  bytes_processed bigint NOT NULL DEFAULT 0,
  affected_rows   bigint,
  -- Of a query: [{name, type, ...}] as src/sql has columns.
  columns         jsonb,
  total_rows      bigint,
  -- Rows of a small result as BigQuery's JSON; those of a large one are in a Parquet file named by the job.
  rows            text,
  -- {reason, message, code} of a job that failed.
  error           jsonb,
  -- Which server runs it: jobs of a server that is gone are settled by the next one.
  server          uuid NOT NULL,
  PRIMARY KEY (project, id)
);
CREATE INDEX job_created ON warehouse.job (project, created_at DESC);
CREATE INDEX job_running ON warehouse.job (server) WHERE state = 'RUNNING';
