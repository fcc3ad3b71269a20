-- Carriers and the two state machines: functions read them, a migration or a DBA changes them.
REVOKE ALL ON fulfilment.carriers, fulfilment.shipment_transitions, fulfilment.return_transitions FROM store_api;
GRANT SELECT ON fulfilment.carriers, fulfilment.shipment_transitions, fulfilment.return_transitions TO store_api;
