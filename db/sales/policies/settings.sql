-- The shop's settings: read by functions, changed by a DBA.
REVOKE ALL ON sales.settings, sales.order_transitions FROM store_api;
GRANT SELECT ON sales.settings, sales.order_transitions TO store_api;
