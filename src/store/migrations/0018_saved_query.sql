-- Queries that people keep under a name, for everyone who may query in the project.
CREATE TABLE warehouse.saved_query (
  project    text NOT NULL,
  name       text NOT NULL,
  sql        text NOT NULL,
  owner      uuid NOT NULL,
  owner_name text NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (project, name)
);
