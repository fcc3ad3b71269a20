ALTER TABLE catalog.products DROP CONSTRAINT too_many_images;
ALTER TABLE sales.settings DROP COLUMN max_unpaid_orders, DROP COLUMN max_units_on_hold;
