-- Everybody may read the rules of exemption, since orders and documents say them.
REVOKE ALL ON sales.tax_exemptions FROM store_api;
GRANT SELECT ON sales.tax_exemptions TO store_api;
