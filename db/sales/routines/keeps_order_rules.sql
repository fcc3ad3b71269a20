-- The rules of an order's row. The table's one CHECK (order_rules) calls this function: PostgreSQL parses the text of
-- each CHECK again for every statement that writes, and the separate CHECKs that were there before cost more than the
-- rest of the INSERT. A change here is not validated against existing rows: UPDATE those that may violate it, in a
-- migration. The first condition is the one that nearly every row meets. Its cost is that each operator in it is
-- initialised again for every transaction, so one least() replaces many comparisons.
-- Callers:   constraint order_rules on sales.orders.
-- Errors:    order_status_unknown, shipping_refunded_out_of_range, order_total_adds_up, order_paid_in_full,
--            order_amounts_out_of_range 409.
CREATE OR REPLACE FUNCTION sales.keeps_order_rules(o sales.orders)
RETURNS boolean
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF o.status IN ('pending', 'paid', 'shipped', 'delivered', 'cancelled')
        AND least(o.discount, o.tax_included, o.shipping, o.shipping_refunded, o.shipping_tax_included,
                  o.amount_refunded, o.subtotal - o.discount, o.tax - o.tax_included,
                  o.shipping_tax - o.shipping_tax_included,
                  o.shipping + o.shipping_tax - o.shipping_tax_included - o.shipping_refunded,
                  o.amount_paid - o.amount_refunded) >= 0
        AND greatest(o.subtotal, o.total) <= 1000000000000000
        AND o.total = o.subtotal - o.discount + o.tax - o.tax_included + o.shipping
        AND (o.status IN ('pending', 'cancelled') OR o.amount_paid >= o.total)
    THEN
        RETURN true;
    ELSIF o.status NOT IN ('pending', 'paid', 'shipped', 'delivered', 'cancelled') THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'order_status_unknown',
            MESSAGE = 'The order''s status is unknown.';
    ELSIF o.shipping_refunded NOT BETWEEN 0 AND o.shipping + o.shipping_tax - o.shipping_tax_included THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'shipping_refunded_out_of_range',
            MESSAGE = 'Refunds cannot exceed what the shipping cost.';
    ELSIF o.tax_included NOT BETWEEN 0 AND o.tax
          OR o.shipping_tax_included NOT BETWEEN 0 AND o.shipping_tax
          OR o.total <> o.subtotal - o.discount + o.tax - o.tax_included + o.shipping THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'order_total_adds_up',
            MESSAGE = 'The order''s total is not the sum of its parts.';
    -- An order can have a paid status only if the money is there, whatever the code does.
    ELSIF o.status NOT IN ('pending', 'cancelled') AND o.amount_paid < o.total THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'order_paid_in_full',
            MESSAGE = 'The order is not paid in full.';
    END IF;
    RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'order_amounts_out_of_range',
        MESSAGE = CASE WHEN greatest(o.subtotal, o.total) > 1000000000000000
                       THEN 'An order can cost at most 1,000,000,000,000,000 minor units.'
                       ELSE 'The order''s amount is out of range.' END;
END $$;

GRANT EXECUTE ON FUNCTION sales.keeps_order_rules TO store_api;
