-- Countries and regions are the same for everybody; only migrations change them.
REVOKE ALL ON catalog.countries, catalog.regions, catalog.region_names FROM store_api;
GRANT SELECT ON catalog.countries, catalog.regions, catalog.region_names TO store_api;
