-- Changes what customer service may change of an order: its metadata, its address; and adds a note for staff.
-- Locks:  the order, its payments.
-- Errors: order_not_found 404; own_account_refused 403; version_stale 412;
--         address_incomplete, country_unknown, region_unknown 422;
--         those of change_shipping_address.
CREATE FUNCTION api.update_any_order(
    order_id uuid, metadata api.metadata DEFAULT NULL, note api.order_note_text DEFAULT NULL,
    shipping_address api.delivery_address DEFAULT NULL, if_match bigint DEFAULT NULL
)
RETURNS api."order"
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
    v_order sales.orders;
BEGIN
    v_order := fulfilment.lock_order(update_any_order.order_id);
    PERFORM identity.refuse_own_account(v_order.account_id);
    IF update_any_order.if_match <> v_order.version THEN
        RAISE EXCEPTION USING ERRCODE = 'SH412', CONSTRAINT = 'version_stale',
            MESSAGE = 'The order has changed since you read it.', HINT = 'Read it again, then repeat your change.';
    END IF;
    IF update_any_order.note IS NOT NULL THEN
        INSERT INTO sales.order_notes (order_id, author_id, text)
        VALUES (v_order.id, v_actor, update_any_order.note);
    END IF;
    -- The tax id stays: it is the buyer's, and not the address's.
    IF update_any_order.shipping_address IS DISTINCT FROM NULL THEN    -- IS NOT NULL asks every field
        PERFORM sales.change_shipping_address(
            v_order, sales.read_address(to_jsonb(update_any_order.shipping_address), NULL), v_order.buyer_tax_id);
    END IF;
    UPDATE sales.orders AS o SET metadata = update_any_order.metadata, version = o.version + 1
    WHERE o.id = v_order.id AND o.metadata <> update_any_order.metadata;
    RETURN api.render_order(o) FROM sales.orders AS o WHERE o.id = v_order.id;
END $$;

COMMENT ON FUNCTION api.update_any_order IS
'Change an order

Only the fields that are sent. `metadata` takes the place of what was there. A `note` is added to the order''s notes,
which only staff can read (`GET /admin/orders/{order_id}/notes`). The address can change until the order is shipped; tax
and shipping are computed again while it is unpaid, and a paid order has to stay where its tax is the same.';

GRANT EXECUTE ON FUNCTION api.update_any_order TO app_support;
