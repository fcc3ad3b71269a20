DROP TABLE audit.retention;
DROP TABLE identity.account_export_parts;
DROP TABLE identity.account_exports;
