-- Four eyes, on the selling side: refuses the call if the member of staff who acts is the merchant of a line of the
-- order. It guards what only a person's word proves and what turns into the merchant's earnings: a confirmed payment
-- and a released hold. Shipping and refunding goods of one's own shop stays allowed: earnings leave only by a payout,
-- which a colleague confirms.
-- Callers:   api.confirm_payment, api.release_order.
-- Errors:    own_account_refused 403.
CREATE OR REPLACE FUNCTION sales.refuse_own_sale(order_id uuid)
RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM identity.refuse_own_account(i.merchant_id)
    FROM sales.order_items AS i
    WHERE i.order_id = refuse_own_sale.order_id AND i.merchant_id = identity.current_actor()
    LIMIT 1;
END $$;

GRANT EXECUTE ON FUNCTION sales.refuse_own_sale TO store_api;
