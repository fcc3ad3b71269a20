-- Releases an order from all of its holds, those that a gateway's risk or review made too. An order whose tax was
-- undecided is priced anew, with the rates and rules of now.
-- Locks:  the order, its shipments that wait for their booking, its payments.
-- Errors: order_not_found 404, own_account_refused 403, order_not_on_hold, tax_undecided 409; those of
--         sales.price_order.
CREATE FUNCTION api.release_order(order_id uuid, reason api.short_text)
RETURNS api."order"
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
    v_order sales.orders;
    v_taxed boolean;
BEGIN
    v_order := fulfilment.lock_order(release_order.order_id);
    PERFORM identity.refuse_own_account(v_order.account_id);
    PERFORM sales.refuse_own_sale(v_order.id);
    IF v_order.hold_reason IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'order_not_on_hold',
            MESSAGE = 'This order is not on hold.';
    END IF;
    v_taxed := sales.awaits_tax(v_order.id);
    UPDATE sales.order_holds AS h
    SET released_at = now(), released_by = v_actor, release_reason = release_order.reason
    WHERE h.id IN (SELECT f.id FROM sales.holds_in_force(v_order.id) AS f);
    IF v_taxed THEN
        PERFORM sales.decide_tax(v_order.id);
    END IF;
    PERFORM sales.follow_holds(v_order.id, release_order.reason);
    RETURN api.render_order(o) FROM sales.orders AS o WHERE o.id = v_order.id;
END $$;

COMMENT ON FUNCTION api.release_order IS
'Release an order

Ends all holds of the order, so that it can be shipped. Parcels that waited for a carrier are booked now.

An order with hold_reason `tax` could not be paid: no tax rate and no rule of exemption applied to it. Add what is
missing first (`POST /admin/tax-rates`, `POST /admin/tax-exemptions`); until then it is not released (409
`tax_undecided`, with the products). It is priced with what is in force now, and can then be paid for three days.';

GRANT EXECUTE ON FUNCTION api.release_order TO app_support;
