-- Versions of objects, what is told of them, who may reach a bucket besides its agency's people, and rules
-- by which objects go.
ALTER TABLE lake.bucket
  ADD versioning     boolean NOT NULL DEFAULT false,
  ADD labels         jsonb NOT NULL DEFAULT '{}',
  -- [{action, condition}] as the JSON API has them.
  ADD lifecycle      jsonb NOT NULL DEFAULT '[]',
  -- [{role, members, prefix?}]: grants beside the roles that people have in the bucket's agency.
  ADD policy         jsonb NOT NULL DEFAULT '[]',
  ADD metageneration bigint NOT NULL DEFAULT 1,
  ADD updated_at     timestamptz NOT NULL DEFAULT now();

ALTER TABLE lake.object
  ADD metageneration bigint NOT NULL DEFAULT 1,
  ADD updated_at     timestamptz,
  -- What downloads answer with: {cacheControl, contentDisposition, contentEncoding, contentLanguage, customTime}.
  ADD headers        jsonb NOT NULL DEFAULT '{}';
UPDATE lake.object SET updated_at = created_at;
ALTER TABLE lake.object ALTER updated_at SET NOT NULL;

-- Objects that were replaced or removed in a bucket with versioning.
CREATE TABLE lake.version (
  LIKE lake.object,
  deleted_at timestamptz NOT NULL,
  PRIMARY KEY (bucket, name, generation),
  FOREIGN KEY (bucket) REFERENCES lake.bucket
);

-- How the object is to be written, as one value; and what became of an upload that has ended, for the client
-- whose last answer was lost.
ALTER TABLE lake.upload ADD options jsonb, ADD generation bigint;
UPDATE lake.upload SET options = jsonb_strip_nulls(jsonb_build_object(
  'contentType', content_type, 'metadata', metadata, 'ifGenerationMatch', if_generation_match));
ALTER TABLE lake.upload
  ALTER options SET NOT NULL,
  DROP content_type,
  DROP metadata,
  DROP if_generation_match;
