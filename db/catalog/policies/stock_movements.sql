-- The history of the stock: rows are written once, by the routine that moves the stock.
REVOKE ALL ON catalog.stock_movements FROM store_api;
GRANT SELECT ON catalog.stock_movements TO store_api;
GRANT INSERT (product_id, kind, on_hand_delta, reserved_delta, order_id, reason, actor_id)
    ON catalog.stock_movements TO store_api;
