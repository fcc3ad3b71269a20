-- Stock is public to read; only catalog.*_stock and adjust_stock change it. Its movements are its audit.
REVOKE ALL ON catalog.stock FROM store_api;
GRANT SELECT ON catalog.stock TO store_api;
GRANT INSERT (product_id, on_hand) ON catalog.stock TO store_api;
GRANT UPDATE (on_hand, reserved, split_at) ON catalog.stock TO store_api;

REVOKE ALL ON catalog.stock_parts FROM store_api;
GRANT SELECT, DELETE ON catalog.stock_parts TO store_api;
GRANT INSERT (product_id, part, on_hand, reserved) ON catalog.stock_parts TO store_api;
GRANT UPDATE (on_hand, reserved) ON catalog.stock_parts TO store_api;
