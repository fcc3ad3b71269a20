-- Prices the pending orders anew that were free of tax by a tax id which is invalid, or puts them on hold, as
-- price_order does. One that cannot be priced anew (a bank is working on its payment; the shop refuses what it cannot
-- tax) stays as it is: begin_payment refuses it.
-- Callers:   api.record_tax_id_check.
-- Locks:     the orders, in the order of their ids; those of price_order and require_within_total.
-- Definer:   the worker sees no orders.
CREATE OR REPLACE FUNCTION sales.follow_invalid_tax_id(check_id uuid)
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_order sales.orders;
    v_total bigint;
BEGIN
    FOR v_order IN
        SELECT o.* FROM identity.tax_id_checks AS c
        JOIN sales.orders AS o
            ON o.account_id = c.account_id AND o.buyer_tax_id = c.tax_id AND o.status = 'pending'
        WHERE c.id = follow_invalid_tax_id.check_id AND c.status = 'invalid'
        ORDER BY o.id
        FOR NO KEY UPDATE OF o
    LOOP
        CONTINUE WHEN NOT sales.relies_on_invalid_tax_id(v_order);
        BEGIN
            v_total := sales.price_order(v_order.id);
            IF v_total <> v_order.total THEN
                PERFORM sales.require_within_total(v_order.id);
                PERFORM messaging.record_event('order.modified', v_order.id, v_order.account_id,
                    sales.order_data(v_order) || jsonb_build_object('total', v_total));
            END IF;
        EXCEPTION WHEN SQLSTATE 'SH409' OR SQLSTATE 'SH422' THEN
            NULL;
        END;
    END LOOP;
END $$;

GRANT EXECUTE ON FUNCTION sales.follow_invalid_tax_id TO store_api;
