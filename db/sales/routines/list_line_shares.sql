-- The shares of an order's lines: the merchant's earnings and the shop's commission of each. Tax and shipping stay with
-- the shop, which has to pass them on. Both shares depend only on the line and the rate pinned on the order, so they
-- are always the same. Without SET, so that it can be inlined into the calling query.
-- Callers:   share_earnings, return_shares, list_shares, payments.freeze_shares, audit.check_invariants.
CREATE OR REPLACE FUNCTION sales.list_line_shares(order_id uuid)
RETURNS TABLE (order_item_id uuid, merchant_id uuid, total bigint, earnings bigint, commission bigint)
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT i.id, i.merchant_id, i.total,
           i.total - i.tax - sales.commission_of(i.total - i.tax, o.commission_basis_points),
           sales.commission_of(i.total - i.tax, o.commission_basis_points)
    FROM sales.orders AS o JOIN sales.order_items AS i ON i.order_id = o.id
    WHERE o.id = list_line_shares.order_id AND o.commission_basis_points IS NOT NULL;
END;

GRANT EXECUTE ON FUNCTION sales.list_line_shares TO store_api;
