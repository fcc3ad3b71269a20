-- store_api has no grant: read through ledger.read_earnings(), written by the routines of ledger.
ALTER TABLE ledger.order_earnings ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON ledger.order_earnings FROM store_api;
