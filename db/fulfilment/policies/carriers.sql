-- Carriers and the two state machines: read by functions, changed by a migration or a DBA.
REVOKE ALL ON fulfilment.carriers, fulfilment.shipment_transitions, fulfilment.return_transitions FROM store_api;
GRANT SELECT ON fulfilment.carriers, fulfilment.shipment_transitions, fulfilment.return_transitions TO store_api;
