-- Limits: everybody's to read, the DBA's to change.
REVOKE ALL ON ledger.limits FROM store_api;
GRANT SELECT ON ledger.limits TO store_api;
