-- What people must know to use the data: units of columns ({"table.column": "mm"}), and where it comes from, in words.
ALTER TABLE portal.publication
  ADD COLUMN units  jsonb NOT NULL DEFAULT '{}',
  ADD COLUMN source text;

-- What the public asked for or found wrong. It is about a dataset where one is named, and outlives it.
CREATE TABLE portal.request (
  id         uuid PRIMARY KEY,
  -- data, error
  kind       text NOT NULL,
  project    text,
  dataset    text,
  table_name text,
  text       text NOT NULL,
  -- Of who asks, to be answered; erased when the task is closed.
  contact    text,
  -- open, doing, done, refused
  state      text NOT NULL DEFAULT 'open',
  note       text,
  created_at timestamptz NOT NULL DEFAULT now(),
  changed_at timestamptz NOT NULL DEFAULT now(),
  changed_by text
);
CREATE INDEX request_state ON portal.request (state, id);
