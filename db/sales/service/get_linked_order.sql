-- What the page behind the link in a mail shows of an order: what was ordered and where it is. Neither the e-mail nor
-- the address: a link is forwarded easily.
-- Callers:   the web tier, for GET /order.
-- Errors:    forbidden 403, link_invalid 404.
CREATE TYPE api.linked_item AS (name text, quantity integer, total bigint);
CREATE TYPE api.linked_parcel AS (carrier text, tracking_number text, tracking_url text, status text);
CREATE TYPE api.linked_order AS (
    number text, shop text, status text, payment_status text, fulfilment_status text, created_at timestamptz,
    currency text, minor_units integer, items api.linked_item[], shipping bigint, total bigint, amount_paid bigint,
    amount_refunded bigint, parcels api.linked_parcel[]
);

CREATE FUNCTION api.get_linked_order(token text)
RETURNS api.linked_order
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    v_order sales.orders;
BEGIN
    PERFORM identity.authenticate_service('gateway');
    v_order := identity.find_order_link(get_linked_order.token);
    IF v_order.id IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'link_invalid',
            MESSAGE = 'This link is not valid any more.';
    END IF;
    RETURN ROW(
        v_order.number::text, (SELECT b.name FROM billing.sellers AS b ORDER BY b.version DESC LIMIT 1),
        v_order.status,
        sales.payment_status(v_order, (SELECT max(p.status) FROM payments.payments AS p
                                       WHERE p.order_id = v_order.id AND p.status IN ('processing', 'authorized'))),
        v_order.fulfilment_status, v_order.created_at, v_order.currency,
        (SELECT c.minor_units FROM catalog.currencies AS c WHERE c.code = v_order.currency),
        ARRAY(SELECT ROW(i.name, i.quantity, i.total)::api.linked_item
              FROM sales.order_items AS i WHERE i.order_id = v_order.id ORDER BY i.id),
        v_order.shipping, v_order.total, v_order.amount_paid, v_order.amount_refunded,
        ARRAY(SELECT ROW(s.carrier, s.tracking_number, s.tracking_url, s.status)::api.linked_parcel
              FROM fulfilment.shipments AS s WHERE s.order_id = v_order.id ORDER BY s.id)
    )::api.linked_order;
END $$;

COMMENT ON FUNCTION api.get_linked_order IS
'The order behind a link

For the web tier: the page that a link in a mail about an order without an account opens.';

GRANT EXECUTE ON FUNCTION api.get_linked_order TO app_gateway;
