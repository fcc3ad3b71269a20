-- Closes an account and erases it. Refused while anything is owed to its owner or by its owner.
-- Callers:   api.close_account.
-- Locks:     cart, orders in id order, the admins (for an admin's account), the account, the owner's ledger accounts in
--            id order.
-- Errors:    account_has_open_orders, account_has_open_payments, account_has_balance, last_admin 409.
-- Definer:   reads more than its owner may see (orders of a merchant's customers), and writes everywhere.
CREATE OR REPLACE FUNCTION identity.close_account(account_id uuid)
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_account identity.accounts;
    v_id      uuid;
    v_numbers bigint[];
    v_money   json;
BEGIN
    PERFORM FROM sales.carts AS c WHERE c.account_id = close_account.account_id FOR UPDATE;
    PERFORM FROM sales.orders AS o WHERE o.account_id = close_account.account_id ORDER BY o.id FOR NO KEY UPDATE;
    SELECT * INTO STRICT v_account FROM identity.accounts AS a WHERE a.id = close_account.account_id;
    IF v_account.role = 'admin' THEN
        PERFORM identity.lock_admins();
    END IF;
    -- FOR UPDATE: a foreign key to the account takes a key share lock on it, so this waits for a session that has just
    -- inserted one of its orders, and then sees the order.
    SELECT * INTO STRICT v_account FROM identity.accounts AS a WHERE a.id = close_account.account_id FOR UPDATE;
    IF v_account.status = 'closed' THEN
        RETURN;
    END IF;

    SELECT array_agg(f.number ORDER BY f.number) INTO v_numbers
    FROM (
        SELECT o.number FROM sales.orders AS o
        WHERE o.account_id = v_account.id AND o.status IN ('pending', 'paid', 'shipped')
          AND (o.status = 'pending' OR o.fulfilment_status NOT IN ('not_needed', 'returned'))
        UNION
        SELECT o.number FROM sales.order_items AS i JOIN sales.orders AS o ON o.id = i.order_id
        WHERE i.merchant_id = v_account.id AND o.status IN ('pending', 'paid', 'shipped')
          AND (o.status = 'pending' OR o.fulfilment_status NOT IN ('not_needed', 'returned'))
        UNION
        SELECT o.number FROM fulfilment.returns AS r JOIN sales.orders AS o ON o.id = r.order_id
        WHERE r.account_id = v_account.id AND r.status IN ('requested', 'approved', 'received')
        LIMIT 20
    ) AS f;
    IF v_numbers IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'account_has_open_orders',
            MESSAGE = 'There are orders or returns that are not finished.',
            HINT = 'Cancel them, or wait until they are delivered.',
            DETAIL = json_build_object('orders', v_numbers);
    END IF;
    -- OFFSET 0: as in cancel_open_payments.
    IF EXISTS (SELECT FROM (SELECT o.status FROM payments.payments AS o WHERE o.account_id = v_account.id OFFSET 0) AS p
               WHERE p.status IN ('initiated', 'open', 'authorized', 'processing'))
        OR EXISTS (SELECT FROM payments.refunds AS r JOIN payments.payments AS p ON p.id = r.payment_id
                   WHERE p.account_id = v_account.id AND r.status = 'pending')
    THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'account_has_open_payments',
            MESSAGE = 'A payment or a refund is under way.', HINT = 'Cancel it, or wait until it is done.';
    END IF;

    FOR v_id IN SELECT l.id FROM ledger.accounts AS l WHERE l.owner_id = v_account.id ORDER BY l.id LOOP
        PERFORM ledger.lock_available(v_id);
    END LOOP;
    SELECT json_agg(
        json_build_object('kind', k.kind, 'currency', b.currency, 'balance', b.balance, 'held', b.held)
    ) INTO v_money
    FROM (SELECT DISTINCT l.kind FROM ledger.accounts AS l WHERE l.owner_id = v_account.id) AS k
    CROSS JOIN LATERAL ledger.read_balances(v_account.id, k.kind) AS b
    WHERE b.balance <> 0 OR b.held <> 0;
    IF v_money IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'account_has_balance',
            MESSAGE = 'There is money in this account, or on its way out of it.',
            HINT = 'Withdraw it first, or write to customer service.',
            DETAIL = json_build_object('balances', v_money);
    END IF;

    -- An invoice names its buyer. Missing invoices are made now, while the name is still stored.
    FOR v_id IN
        SELECT o.id FROM sales.orders AS o
        WHERE o.account_id = v_account.id AND o.paid_at IS NOT NULL
          AND NOT EXISTS (SELECT FROM billing.invoices AS i WHERE i.order_id = o.id AND i.kind = 'invoice')
        ORDER BY o.id
    LOOP
        PERFORM billing.issue_invoice(v_id);
    END LOOP;
    UPDATE identity.accounts AS a SET status = 'closed', version = a.version + 1 WHERE a.id = v_account.id;
    PERFORM identity.require_admin() WHERE v_account.role = 'admin';
    PERFORM identity.erase_account(v_account.id);
    PERFORM messaging.record_event('account.closed', NULL, v_account.id,
        jsonb_build_object('role', v_account.role, 'status', 'closed'));
    -- A request that started before this and writes after it may leave personal data behind. No request runs longer
    -- than ten seconds (the roles' statement_timeout), so a minute later everything is found.
    PERFORM messaging.enqueue_job('erase_account', jsonb_build_object('account_id', v_account.id),
                                  now() + interval '1 minute');
END $$;

GRANT EXECUTE ON FUNCTION identity.close_account TO store_api;
