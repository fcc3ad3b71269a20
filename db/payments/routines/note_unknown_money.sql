-- Notes money in a gateway's books that belongs to no payment of ours, by charge: another program uses the gateway's
-- account, or ours have lost a payment. And each entry of a kind whose booking is not decided.
-- Callers:   api.store_gateway_movements.
-- Locks:     the differences.
CREATE OR REPLACE FUNCTION payments.note_unknown_money(provider text)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    -- An entry may name the charge only, and come before the payment has learned it: another entry of the charge tells.
    UPDATE payments.gateway_movements AS m
    SET payment_id = coalesce(
        (SELECT p.id FROM payments.payments AS p
         WHERE p.provider = m.provider AND p.charge_reference = m.charge_reference ORDER BY p.id DESC LIMIT 1),
        (SELECT k.payment_id FROM payments.gateway_movements AS k
         WHERE k.provider = m.provider AND k.charge_reference = m.charge_reference AND k.payment_id IS NOT NULL
         LIMIT 1))
    WHERE m.provider = note_unknown_money.provider AND m.payment_id IS NULL;
    PERFORM payments.note_difference(note_unknown_money.provider, 'unknown:' || u.charge, 'unknown_payment', NULL, 0,
                                     u.amount, u.currency, u.charge)
    FROM (
        SELECT coalesce(m.charge_reference, m.movement_id) AS charge, sum(m.amount)::bigint AS amount,
               min(m.currency)::text AS currency
        FROM payments.gateway_movements AS m
        WHERE m.provider = note_unknown_money.provider AND m.payment_id IS NULL
          AND m.kind IN ('captured', 'refunded', 'disputed')
        GROUP BY 1 HAVING sum(m.amount) <> 0 ORDER BY 1
    ) AS u;
    PERFORM payments.note_difference(m.provider, 'movement:' || m.movement_id, 'unknown_movement', NULL, 0,
                                     m.amount - m.fee, m.currency::text, concat_ws(', ', m.movement_id, m.reason))
    FROM payments.gateway_movements AS m
    WHERE m.provider = note_unknown_money.provider AND m.payment_id IS NULL AND m.kind = 'other'
    ORDER BY m.movement_id;
    UPDATE payments.reconciliation_differences AS d
    SET reason = 'The payment has been found.', explained_at = now()
    WHERE d.provider = note_unknown_money.provider AND d.kind = 'unknown_payment' AND d.explained_at IS NULL
      AND NOT EXISTS (SELECT FROM payments.gateway_movements AS m
                      WHERE m.provider = d.provider AND m.payment_id IS NULL
                        AND coalesce(m.charge_reference, m.movement_id) = d.reference);
END $$;

GRANT EXECUTE ON FUNCTION payments.note_unknown_money TO store_api;
