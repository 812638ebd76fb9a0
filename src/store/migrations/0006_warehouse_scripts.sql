-- Scripts, other kinds of jobs, routines and row access policies.
ALTER TABLE warehouse.job
  ADD kind text NOT NULL DEFAULT 'QUERY' CHECK (kind IN ('QUERY', 'LOAD', 'EXTRACT', 'COPY', 'INSERT_ALL')),
  -- The script that a job is a statement of.
  ADD parent text,
  -- What was asked for besides the text, as JSON: parameters, default dataset, files. Not jsonb, which refuses \u0000.
  ADD configuration text NOT NULL DEFAULT '{}',
  -- What is known of its work, as JSON.
  ADD statistics text NOT NULL DEFAULT '{}',
  -- The job whose file has the rows: a script shows those of its last statement.
  ADD result_of text;
CREATE INDEX job_parent ON warehouse.job (project, parent, created_at) WHERE parent IS NOT NULL;

-- Functions, table functions and procedures: `definition` is a Routine of src/sql.
CREATE TABLE warehouse.routine (
  project     text NOT NULL,
  dataset     text NOT NULL,
  name        text NOT NULL,
  definition  jsonb NOT NULL,
  description text,
  created_at  timestamptz NOT NULL DEFAULT now(),
  modified_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (project, dataset, name),
  FOREIGN KEY (project, dataset) REFERENCES warehouse.dataset ON DELETE CASCADE
);

-- Who sees which rows of a table. A table with policies shows nothing to those whom none of them names.
CREATE TABLE warehouse.row_policy (
  project     text NOT NULL,
  dataset     text NOT NULL,
  table_name  text NOT NULL,
  name        text NOT NULL,
  -- ["user:ana@rio", "allAuthenticatedUsers"]
  grantees    jsonb NOT NULL,
  -- GoogleSQL of a condition over the table's columns.
  filter      text NOT NULL,
  created_at  timestamptz NOT NULL DEFAULT now(),
  modified_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (project, dataset, table_name, name),
  FOREIGN KEY (project, dataset) REFERENCES warehouse.dataset ON DELETE CASCADE
);
