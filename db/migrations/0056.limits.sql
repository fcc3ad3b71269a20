-- depends: 0055.four_eyes
-- What one account can take: unpaid orders and the pieces they hold, images of a product.

ALTER TABLE sales.settings
    ADD COLUMN max_unpaid_orders integer DEFAULT 50
        CONSTRAINT max_unpaid_orders_out_of_range CHECK (max_unpaid_orders BETWEEN 1 AND 1000000),
    ADD COLUMN max_units_on_hold integer DEFAULT 400
        CONSTRAINT max_units_on_hold_out_of_range CHECK (max_units_on_hold BETWEEN 1 AND 1000000000);
COMMENT ON COLUMN sales.settings.max_unpaid_orders IS 'Unpaid orders that an account can have; null: any number.';
COMMENT ON COLUMN sales.settings.max_units_on_hold IS
    'Pieces that the unpaid orders of an account can hold together; null: any number.';
COMMENT ON CONSTRAINT max_unpaid_orders_out_of_range ON sales.settings IS
    'max_unpaid_orders must be between 1 and 1,000,000, or null.';
COMMENT ON CONSTRAINT max_units_on_hold_out_of_range ON sales.settings IS
    'max_units_on_hold must be between 1 and 1,000,000,000, or null.';

-- Nobody sees the 21st image, and everybody who lists the product loads its address. The audit keeps what was cut off.
DO $$
DECLARE
    v_count bigint;
BEGIN
    UPDATE catalog.products AS p SET images = p.images[1:20], version = p.version + 1 WHERE cardinality(p.images) > 20;
    GET DIAGNOSTICS v_count = ROW_COUNT;
    IF v_count > 0 THEN
        RAISE WARNING '% products had more than 20 images: the first 20 were kept.', v_count;
    END IF;
END $$;
ALTER TABLE catalog.products ADD CONSTRAINT too_many_images CHECK (cardinality(images) <= 20) NOT VALID;
COMMENT ON CONSTRAINT too_many_images ON catalog.products IS 'A product can have at most 20 images.';
