-- Keeps the one row of what differs between a gateway's books and ours. An explained difference that changes is open
-- again; an open one that has gone is explained by that.
-- Callers:   reconcile_payment, note_unknown_money.
-- Returns:   whether they differ.
-- Locks:     the difference.
CREATE OR REPLACE FUNCTION payments.note_difference(
    provider text, subject text, kind text, payment_id uuid, ours bigint, theirs bigint, currency text,
    reference text DEFAULT NULL
)
RETURNS boolean
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF note_difference.ours = note_difference.theirs THEN
        UPDATE payments.reconciliation_differences AS d
        SET ours = note_difference.ours, theirs = note_difference.theirs, reason = 'The books agree again.',
            explained_at = now()
        WHERE d.provider = note_difference.provider AND d.subject = note_difference.subject AND d.explained_at IS NULL;
        RETURN false;
    END IF;
    INSERT INTO payments.reconciliation_differences AS d (provider, subject, kind, payment_id, ours, theirs, currency,
                                                          reference)
    VALUES (note_difference.provider, note_difference.subject, note_difference.kind, note_difference.payment_id,
            note_difference.ours, note_difference.theirs, note_difference.currency, note_difference.reference)
    ON CONFLICT ON CONSTRAINT difference_twice DO UPDATE
    SET ours = excluded.ours, theirs = excluded.theirs, currency = excluded.currency, reason = NULL,
        explained_by = NULL, explained_at = NULL
    WHERE (d.ours, d.theirs, d.currency) IS DISTINCT FROM (excluded.ours, excluded.theirs, excluded.currency);
    RETURN true;
END $$;

GRANT EXECUTE ON FUNCTION payments.note_difference TO store_api;
