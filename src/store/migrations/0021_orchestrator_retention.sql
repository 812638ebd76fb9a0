-- Where the log of a run is that has ended long ago: an object of the lake instead of rows.
ALTER TABLE orchestrator.run ADD COLUMN log_object text;
-- The oldest whose log is still here.
CREATE INDEX run_log_here ON orchestrator.run (id) WHERE log_object IS NULL;
