-- Refuses an order with lines that nothing says how to tax, or puts it on hold, as the setting untaxed_orders says. Its
-- hold ends when all lines are decided: the buyer has changed the address, or removed the lines. A held order waits for
-- days, since a person has to look at it, but only if the account's e-mail is verified (see payments.begin_attempt).
-- Callers:   place_order, price_order. The caller holds the order.
-- Locks:     the order's payments.
-- Errors:    tax_undecided 422; payment_processing 409.
-- Definer:   customers neither read nor write holds.
CREATE OR REPLACE FUNCTION sales.follow_undecided_tax(order_id uuid)
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_order     sales.orders;
    v_undecided jsonb;
BEGIN
    SELECT * INTO STRICT v_order FROM sales.orders AS o WHERE o.id = follow_undecided_tax.order_id;
    v_undecided := sales.undecided_lines(v_order);
    IF v_undecided IS NULL THEN
        IF v_order.hold_reason IS NOT NULL AND sales.awaits_tax(v_order.id) THEN
            UPDATE sales.order_holds AS h
            SET released_at = now(), released_by = identity.current_actor(), release_reason = 'tax_decided'
            WHERE h.order_id = v_order.id AND h.cause = 'tax' AND h.released_at IS NULL;
            PERFORM sales.follow_holds(v_order.id, 'tax_decided');
        END IF;
        RETURN;
    ELSIF v_order.hold_reason IS NOT NULL AND sales.awaits_tax(v_order.id) THEN
        RETURN;
    ELSIF (SELECT s.untaxed_orders = 'refuse' FROM sales.settings AS s) THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'tax_undecided',
            MESSAGE = 'The shop does not sell this to this destination: it is not decided how it is taxed there.',
            HINT = 'Choose another address, leave out these products, or ask the shop.', DETAIL = v_undecided::text;
    END IF;
    -- OFFSET 0: as in cancel_open_payments.
    IF EXISTS (SELECT FROM (SELECT a.status FROM payments.payments AS a WHERE a.order_id = v_order.id OFFSET 0) AS p
               WHERE p.status = 'processing') THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'payment_processing',
            MESSAGE = 'A bank is working on the payment of this order.',
            HINT = 'Wait until it is paid, or cancel the order: what arrives is then refunded.';
    END IF;
    PERFORM payments.cancel_open_payments(v_order.id);
    INSERT INTO sales.order_holds (order_id, cause, reason) VALUES (v_order.id, 'tax', 'tax');
    UPDATE sales.orders AS o SET expires_at = greatest(o.expires_at, now() + interval '3 days'), version = o.version + 1
    FROM identity.accounts AS a
    WHERE o.id = v_order.id AND o.expires_at IS NOT NULL AND a.id = o.account_id AND a.email_verified;
    PERFORM sales.follow_holds(v_order.id);
END $$;

GRANT EXECUTE ON FUNCTION sales.follow_undecided_tax TO store_api;
