-- Disputed payments, optionally of one status, newest first.
-- Errors: cursor_invalid 422.
CREATE FUNCTION api.list_disputes(
    status api.dispute_filter DEFAULT NULL, "limit" api.page_limit DEFAULT 20, cursor api.page_cursor DEFAULT NULL
)
RETURNS api.dispute_page
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor  CONSTANT uuid := identity.authenticate();
    v_before CONSTANT uuid := messaging.cursor_before(list_disputes.cursor);
    v_found  api.dispute[];
BEGIN
    SELECT array_agg(
        ROW(q.id, q.payment_id, q.order_id, q.status, q.amount, q.currency, q.reason, q.refund_id, q.closed_at,
            q.created_at)::api.dispute
        ORDER BY q.id DESC) INTO v_found
    FROM (
        SELECT d.id, d.payment_id, p.order_id, d.status, d.amount, d.reason, d.refund_id, d.closed_at, d.created_at,
               coalesce(p.captured_currency, p.currency, d.currency)::text AS currency
        FROM payments.disputes AS d LEFT JOIN payments.payments AS p ON p.id = d.payment_id
        WHERE (list_disputes.status IS NULL OR d.status = list_disputes.status
               OR list_disputes.status = 'open' AND NOT payments.dispute_has_ended(d.status))
          AND d.id < v_before
        ORDER BY d.id DESC LIMIT list_disputes."limit" + 1
    ) AS q;
    RETURN ROW(
        coalesce(v_found[1:list_disputes."limit"], '{}'),
        CASE WHEN cardinality(v_found) > list_disputes."limit"
             THEN messaging.encode_cursor(jsonb_build_object('id', (v_found[list_disputes."limit"]).id)) END
    )::api.dispute_page;
END $$;

COMMENT ON FUNCTION api.list_disputes IS
'Disputes

Payments that were disputed at the payer''s bank, with the gateway''s status. `warning_…` is an inquiry: nothing has
been withdrawn, and the payment can be refunded, which ends it. What the gateway has withdrawn is held of the
merchants'' shares until it is returned, or `lost`; a lost dispute can still be `won`. `prevented` has ended before it
was one: its refund arrives as a refund. `unknown`: look it up at the gateway. A dispute whose payment is not known yet
has no `payment_id`. The filter `open` finds all that have not ended.';

GRANT EXECUTE ON FUNCTION api.list_disputes TO app_support;
