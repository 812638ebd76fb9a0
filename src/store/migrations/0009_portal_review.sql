-- What a dataset covers in time and space, and whom to ask about it; as people read them.
ALTER TABLE portal.publication
  ADD COLUMN coverage text,
  ADD COLUMN contact  text;

-- What looks like personal data and a person decided to publish all the same. Nothing like it is published without a row here.
CREATE TABLE portal.review (
  project    text NOT NULL,
  dataset    text NOT NULL,
  table_name text NOT NULL,
  column_name text NOT NULL,
  -- cpf, phone, email
  kind       text NOT NULL,
  reason     text NOT NULL,
  decided_by text NOT NULL,
  decided_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (project, dataset, table_name, column_name, kind),
  FOREIGN KEY (project, dataset) REFERENCES warehouse.dataset ON DELETE CASCADE
);
