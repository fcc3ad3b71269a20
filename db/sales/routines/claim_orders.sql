-- Moves the orders that guests placed with an e-mail to the account that has verified it, with all that belongs to
-- them: lines, payments, refunds, parcels, returns, documents and events. At most 100 orders. The links in earlier
-- mails and the guest's session no longer lead to them. Returns the orders' ids.
-- Callers:   api.claim_orders.
-- Locks:     the orders, in id order, then the rows that belong to them.
-- Errors:    email_not_verified 403.
-- Definer:   no policy lets a caller see or change the orders of others, or who they belong to.
CREATE OR REPLACE FUNCTION sales.claim_orders(account_id uuid)
RETURNS uuid[]
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_owner   CONSTANT uuid := claim_orders.account_id;
    v_account identity.accounts;
    v_orders  uuid[];
BEGIN
    SELECT * INTO STRICT v_account FROM identity.accounts AS a WHERE a.id = v_owner FOR KEY SHARE;
    IF v_account.email IS NULL OR NOT v_account.email_verified THEN
        RAISE EXCEPTION USING ERRCODE = 'SH403', CONSTRAINT = 'email_not_verified',
            MESSAGE = 'Your e-mail is not verified.', HINT = 'Begin with POST /v1/account/email-verification.';
    END IF;
    v_orders := ARRAY(
        SELECT l.id FROM (
            SELECT o.id FROM sales.orders AS o JOIN identity.accounts AS g ON g.id = o.account_id AND g.role = 'guest'
            WHERE lower(o.email) = lower(v_account.email)
            ORDER BY o.id LIMIT 100 FOR NO KEY UPDATE OF o
        ) AS l ORDER BY l.id);
    IF v_orders = '{}' THEN
        RETURN v_orders;
    END IF;
    -- History first: its triggers let it follow from a guest to an account, and ask whose the order is.
    UPDATE messaging.events AS e SET account_id = v_owner
    WHERE e.order_id = ANY (v_orders)
      AND e.account_id = (SELECT o.account_id FROM sales.orders AS o WHERE o.id = e.order_id);
    UPDATE billing.invoice_items AS t SET account_id = v_owner
    FROM billing.invoices AS i WHERE i.order_id = ANY (v_orders) AND t.invoice_id = i.id;
    UPDATE billing.invoice_shipping AS t SET account_id = v_owner
    FROM billing.invoices AS i WHERE i.order_id = ANY (v_orders) AND t.invoice_id = i.id;
    UPDATE billing.invoice_taxes AS t SET account_id = v_owner
    FROM billing.invoices AS i WHERE i.order_id = ANY (v_orders) AND t.invoice_id = i.id;
    UPDATE billing.invoice_files AS t SET account_id = v_owner
    FROM billing.invoices AS i WHERE i.order_id = ANY (v_orders) AND t.invoice_id = i.id;
    UPDATE billing.invoices AS i SET account_id = v_owner WHERE i.order_id = ANY (v_orders);
    UPDATE fulfilment.return_refunds AS t SET account_id = v_owner
    FROM fulfilment.returns AS r WHERE r.order_id = ANY (v_orders) AND t.return_id = r.id;
    UPDATE fulfilment.return_items AS t SET account_id = v_owner
    FROM fulfilment.returns AS r WHERE r.order_id = ANY (v_orders) AND t.return_id = r.id;
    UPDATE fulfilment.returns AS r SET account_id = v_owner WHERE r.order_id = ANY (v_orders);
    UPDATE fulfilment.shipment_items AS t SET account_id = v_owner
    FROM fulfilment.shipments AS s WHERE s.order_id = ANY (v_orders) AND t.shipment_id = s.id;
    UPDATE fulfilment.shipments AS s SET account_id = v_owner WHERE s.order_id = ANY (v_orders);
    UPDATE payments.refund_items AS t SET account_id = v_owner
    FROM payments.refunds AS r WHERE r.order_id = ANY (v_orders) AND t.refund_id = r.id;
    UPDATE payments.refunds AS r SET account_id = v_owner WHERE r.order_id = ANY (v_orders);
    UPDATE payments.bank_transfers AS t SET account_id = v_owner
    FROM payments.payments AS p WHERE p.order_id = ANY (v_orders) AND t.payment_id = p.id;
    UPDATE payments.payments AS p SET account_id = v_owner, version = p.version + 1 WHERE p.order_id = ANY (v_orders);
    UPDATE sales.promotion_uses AS u SET account_id = v_owner WHERE u.order_id = ANY (v_orders);
    UPDATE sales.order_item_components AS t SET account_id = v_owner
    FROM sales.order_items AS i WHERE i.order_id = ANY (v_orders) AND t.order_item_id = i.id;
    UPDATE sales.order_items AS i SET account_id = v_owner WHERE i.order_id = ANY (v_orders);
    DELETE FROM sales.guest_networks AS n WHERE n.order_id = ANY (v_orders);
    UPDATE sales.orders AS o SET account_id = v_owner, version = o.version + 1 WHERE o.id = ANY (v_orders);
    PERFORM messaging.record_event('order.claimed', o.id, v_owner, sales.order_data(o))
    FROM sales.orders AS o WHERE o.id = ANY (v_orders);
    RETURN v_orders;
END $$;

GRANT EXECUTE ON FUNCTION sales.claim_orders TO store_api;
