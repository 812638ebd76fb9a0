-- What else is known of an entry: tables that were read and written, the method of a remote call.
ALTER TABLE access.audit ADD COLUMN detail jsonb NOT NULL DEFAULT '{}';
