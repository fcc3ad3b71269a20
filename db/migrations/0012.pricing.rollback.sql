ALTER TABLE payments.refund_items DROP COLUMN product_id,
    ADD CONSTRAINT line_twice_in_refund UNIQUE NULLS NOT DISTINCT (refund_id, order_item_id);
DROP TABLE sales.order_item_components, sales.promotion_uses, sales.promotion_categories, sales.promotion_products;
ALTER TABLE sales.order_items DROP CONSTRAINT order_item_adds_up, DROP COLUMN bundle, DROP COLUMN tax_rate, DROP COLUMN tax_included,
    ADD CONSTRAINT order_item_adds_up CHECK (total = unit_price * quantity - discount + tax AND total >= 0);
ALTER TABLE sales.orders DROP CONSTRAINT order_total_adds_up, DROP COLUMN tax_included, DROP COLUMN shipping_method_id, DROP COLUMN weight,
    ADD CONSTRAINT order_total_adds_up CHECK (total = subtotal - discount + tax + shipping);
ALTER TABLE sales.settings DROP COLUMN tax_country, DROP COLUMN shipping_required;
DROP TABLE sales.promotions, sales.shipping_rates, sales.shipping_methods, sales.tax_rates, catalog.bundle_items;
ALTER TABLE catalog.products DROP COLUMN kind, DROP COLUMN weight, DROP COLUMN tax_category;
