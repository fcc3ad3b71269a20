-- Whether an order is on hold because it is not decided how it is taxed. Such an order can neither be paid nor
-- invoiced.
-- Callers:   follow_undecided_tax, place_order, require_within_total, api.begin_payment,
--            api.release_order, billing.issue_invoice.
-- Definer:   customers do not read holds.
CREATE OR REPLACE FUNCTION sales.awaits_tax(order_id uuid)
RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
RETURN EXISTS (
    SELECT FROM sales.order_holds AS h
    WHERE h.order_id = awaits_tax.order_id AND h.cause = 'tax' AND h.released_at IS NULL
);

GRANT EXECUTE ON FUNCTION sales.awaits_tax TO store_api;
