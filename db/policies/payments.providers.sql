-- Payment providers: everybody's to read, a migration's or the DBA's to change.
REVOKE ALL ON payments.providers FROM store_api;
GRANT SELECT ON payments.providers TO store_api;
