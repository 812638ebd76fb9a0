-- How far the reports of a claim had come when it became void: log lines that its agent brings later are told
-- from those that had arrived by it.
CREATE TABLE orchestrator.void_claim (
  run       uuid NOT NULL REFERENCES orchestrator.run ON DELETE CASCADE,
  fence     bigint NOT NULL,
  attempt   integer NOT NULL,
  run_seq   bigint NOT NULL,
  agent_seq bigint NOT NULL,
  PRIMARY KEY (run, fence)
);
