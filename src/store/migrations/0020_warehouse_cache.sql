-- What a query asked, of which state of its tables: another one that asks the same has its answer (BigQuery, Using cached query results).
ALTER TABLE warehouse.job ADD cache_key text;
CREATE INDEX job_cache ON warehouse.job (project, cache_key, ended_at DESC) WHERE cache_key IS NOT NULL;
