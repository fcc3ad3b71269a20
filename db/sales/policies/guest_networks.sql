-- The networks of guests' unpaid orders: read and written only by limit_guest_order and those that erase them.
ALTER TABLE sales.guest_networks ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON sales.guest_networks FROM store_api;
