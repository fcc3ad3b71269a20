ALTER TABLE catalog.stock DROP CONSTRAINT stock_rules,
    ADD CONSTRAINT out_of_stock CHECK (reserved BETWEEN 0 AND on_hand),
    ADD CONSTRAINT stock_out_of_range CHECK (on_hand <= 1000000000);
COMMENT ON CONSTRAINT out_of_stock ON catalog.stock IS 'There is not enough in stock.';
COMMENT ON CONSTRAINT stock_out_of_range ON catalog.stock IS 'Stock must stay between 0 and 1,000,000,000 pieces.';
ALTER TABLE catalog.stock_movements DROP CONSTRAINT movement_rules,
    ADD CONSTRAINT movement_kind_unknown CHECK (kind IN ('adjustment', 'reservation', 'release', 'sale', 'return')),
    ADD CONSTRAINT movement_moves_nothing CHECK (on_hand_delta <> 0 OR reserved_delta <> 0);
DROP FUNCTION catalog.keeps_stock_rules, catalog.keeps_movement_rules;
CREATE INDEX orders_currency ON sales.orders (currency);
ALTER TABLE sales.order_items ALTER CONSTRAINT order_items_order_id_fkey ENFORCED;
