-- Stores entries of a gateway's books. An entry that is known keeps what it says, except for how its refund or dispute
-- stands; one from before migration 0062 learns what it moved in the gateway's account. Its payment is the one that the
-- gateway names, or the one with its charge. Not an endpoint.
-- Callers:   api.store_gateway_movements, api.reconcile_payment.
-- Locks:     the entries.
CREATE FUNCTION api.store_movements(run_id uuid, provider text, movements api.gateway_movement[])
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO payments.gateway_movements AS g (
        provider, movement_id, payment_id, charge_reference, kind, amount, currency, fee, fee_currency,
        case_reference, refund_id, status, reason, run_id, moved_at, settled_amount, settled_currency)
    SELECT store_movements.provider, m.id,
           coalesce((SELECT p.id FROM payments.payments AS p
                     WHERE p.id = m.payment_id AND p.provider = store_movements.provider),
                    (SELECT p.id FROM payments.payments AS p
                     WHERE p.charge_reference = m.charge_reference AND p.provider = store_movements.provider
                     ORDER BY p.id DESC LIMIT 1)),
           m.charge_reference, m.kind, m.amount, upper(m.currency), coalesce(m.fee, 0), upper(m.fee_currency),
           m.case_reference, m.refund_id, m.status, m.reason, store_movements.run_id, m.moved_at,
           m.settled_amount, upper(m.settled_currency)
    FROM unnest(store_movements.movements) AS m
    ORDER BY m.id
    ON CONFLICT ON CONSTRAINT gateway_movements_pkey DO UPDATE
    SET payment_id = coalesce(g.payment_id, excluded.payment_id), status = excluded.status, run_id = excluded.run_id,
        settled_amount = coalesce(g.settled_amount, excluded.settled_amount),
        settled_currency = coalesce(g.settled_currency, excluded.settled_currency);
END $$;
