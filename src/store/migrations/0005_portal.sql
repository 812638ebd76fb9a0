-- What people decided to publish. A table is public because a row here says so, and for no other reason.
CREATE SCHEMA portal;

CREATE TABLE portal.publication (
  project      text NOT NULL,
  dataset      text NOT NULL,
  title        text NOT NULL,
  description  text NOT NULL,
  licence      text NOT NULL,
  -- How often the data is brought up to date, as people read it.
  frequency    text NOT NULL,
  owner        text NOT NULL,
  theme        text NOT NULL,
  tables       text[] NOT NULL,
  published_at timestamptz NOT NULL DEFAULT now(),
  published_by text NOT NULL,
  PRIMARY KEY (project, dataset),
  FOREIGN KEY (project, dataset) REFERENCES warehouse.dataset ON DELETE CASCADE
);
