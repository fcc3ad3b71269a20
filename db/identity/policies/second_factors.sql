-- Secrets: as in secrets.sql, store_api has no grant, and row security without a policy would hide every row even with
-- one.
ALTER TABLE identity.second_factors ENABLE ROW LEVEL SECURITY;
ALTER TABLE identity.recovery_codes ENABLE ROW LEVEL SECURITY;

REVOKE ALL ON identity.second_factors, identity.recovery_codes FROM store_api;
