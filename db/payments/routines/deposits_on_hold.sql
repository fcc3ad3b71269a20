-- What gateways have paid into a wallet within sales.settings.deposit_hold, as far as it was not refunded and no
-- dispute holds it: the payer can still dispute it, so it may pay for orders and cannot be withdrawn. `free_at` is when
-- the last of it can be. Deposits through gateways that take no real money do not count.
-- Callers:   request_payout.
-- Locks:     none: the caller holds the wallet, which a deposit fills.
-- Definer:   customers do not see disputes.
CREATE OR REPLACE FUNCTION payments.deposits_on_hold(
    account_id uuid, currency text, OUT amount bigint, OUT free_at timestamptz
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    -- OFFSET 0: as in cancel_open_payments.
    SELECT coalesce(sum(greatest(0, p.amount_applied - p.amount_refunded - coalesce(h.held, 0))), 0)::bigint,
           max(p.completed_at + s.deposit_hold)
    FROM sales.settings AS s
    CROSS JOIN (SELECT d.* FROM payments.payments AS d
                WHERE d.account_id = deposits_on_hold.account_id AND d.purpose = 'deposit' OFFSET 0) AS p
    JOIN payments.providers AS r ON r.name = p.provider AND r.kind = 'gateway' AND NOT r.test_only
    LEFT JOIN LATERAL (
        SELECT sum(x.amount) AS held
        FROM payments.disputes AS c JOIN payments.dispute_holds AS x ON x.dispute_id = c.id
        WHERE c.payment_id = p.id
    ) AS h ON true
    WHERE p.status = 'completed' AND p.captured_currency = deposits_on_hold.currency
      AND p.completed_at > now() - s.deposit_hold
$$;

GRANT EXECUTE ON FUNCTION payments.deposits_on_hold TO store_api;
