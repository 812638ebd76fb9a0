-- The lake's index. Contents are immutable files; a row here is what makes one visible, so a write,
-- or the replacement of many objects, shows at once and wholly.
CREATE SCHEMA lake;

CREATE TABLE lake.bucket (
  name       text PRIMARY KEY,
  project    text NOT NULL REFERENCES access.project,
  purpose    text NOT NULL CHECK (purpose IN ('data', 'code')),
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE lake.object (
  bucket       text NOT NULL REFERENCES lake.bucket,
  -- Ordered by bytes, as Cloud Storage lists.
  name         text COLLATE "C" NOT NULL,
  generation   bigint NOT NULL,
  size         bigint NOT NULL,
  content_type text NOT NULL,
  md5          text NOT NULL,
  crc32c       text NOT NULL,
  metadata     jsonb NOT NULL,
  created_at   timestamptz NOT NULL,
  -- Path of the content below the lake's root.
  blob         text NOT NULL,
  PRIMARY KEY (bucket, name)
);

-- Contents that no object has: replaced ones, which readers may still be at, and those of a write that is
-- under way or was killed. A sweep removes them when they are old.
CREATE TABLE lake.garbage (
  blob  text PRIMARY KEY,
  since timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX garbage_since ON lake.garbage (since);

-- Resumable uploads under way; what came so far is in a file named by the id.
CREATE TABLE lake.upload (
  id                  uuid PRIMARY KEY,
  bucket              text NOT NULL REFERENCES lake.bucket,
  name                text NOT NULL,
  content_type        text NOT NULL,
  metadata            jsonb NOT NULL,
  if_generation_match bigint,
  created_at          timestamptz NOT NULL DEFAULT now()
);
