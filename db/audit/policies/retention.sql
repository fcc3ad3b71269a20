-- How long the audit is kept: read and changed by the owner only.
ALTER TABLE audit.retention ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON audit.retention FROM store_api;
