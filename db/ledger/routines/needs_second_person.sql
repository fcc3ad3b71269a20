-- Whether a change needs the approval of a second person: its amount is above the currency's limit, or exceeds,
-- together with what was done without a second person in the last 24 hours, the daily sum of the recipient or of the
-- caller. The sums count multiples of the limits (settings daily_limits_per_recipient, daily_limits_per_staff), so that
-- amounts in different currencies add up. NULL for the account: there is no recipient yet (a gift card).
-- Callers:   change_credit, issue_gift_card, api.confirm_payment, api.confirm_refund, api.settle_refund.
-- Locks:     advisory locks of the caller, then of the recipient, so that concurrent requests are counted one after the
--            other. Call it after locking order and payment, and before locking ledger accounts.
-- Errors:    currency_unknown 422.
CREATE OR REPLACE FUNCTION ledger.needs_second_person(account_id uuid, amount bigint, currency text)
RETURNS boolean
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.current_actor();
    v_limit CONSTANT bigint := (ledger.limits_of(needs_second_person.currency)).credit_approval_above;
    v_shop  record;
    v_day   record;
BEGIN
    IF needs_second_person.amount > v_limit THEN
        RETURN true;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('changes by ' || v_actor, 0));
    IF needs_second_person.account_id IS NOT NULL THEN
        PERFORM pg_advisory_xact_lock(hashtextextended('changes for ' || needs_second_person.account_id, 0));
    END IF;
    SELECT s.daily_limits_per_recipient, s.daily_limits_per_staff INTO STRICT v_shop FROM sales.settings AS s;
    SELECT coalesce(sum(t.part) FILTER (WHERE t.account_id = needs_second_person.account_id), 0) AS recipient,
           coalesce(sum(t.part) FILTER (WHERE t.requested_by = v_actor), 0) AS staff
    INTO STRICT v_day
    FROM (
        SELECT c.account_id, c.requested_by,
               sum(c.amount) / greatest((ledger.limits_of(c.currency::text)).credit_approval_above, 1) AS part
        FROM ledger.credit_changes AS c
        WHERE (c.requested_by = v_actor OR c.account_id = needs_second_person.account_id)
          AND c.status = 'completed' AND c.decided_by IS NULL AND c.created_at > now() - interval '24 hours'
        GROUP BY c.account_id, c.requested_by, c.currency
    ) AS t;
    RETURN v_day.recipient + needs_second_person.amount::numeric / v_limit > v_shop.daily_limits_per_recipient
               AND needs_second_person.account_id IS NOT NULL
        OR v_day.staff + needs_second_person.amount::numeric / v_limit > v_shop.daily_limits_per_staff;
END $$;

GRANT EXECUTE ON FUNCTION ledger.needs_second_person TO store_api;
