-- Removes guests: those whose session has ended without an order are deleted; the personal data of the others are
-- erased some time (sales.settings.guest_data_kept) after their last order, as when an account is closed. Guests with
-- an order, a payment or a return that is not finished wait. Returns the number of guests that were removed.
-- Callers:   api.purge_guests.
-- Locks:     the accounts that it deletes (locked ones are left for the next call); those of close_account.
-- Definer:   no other code may delete accounts.
CREATE OR REPLACE FUNCTION identity.purge_guests(batch integer DEFAULT 500)
RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_kept    CONSTANT interval := (SELECT greatest(s.guest_data_kept, interval '30 days') FROM sales.settings AS s);
    v_removed bigint;
    v_id      uuid;
BEGIN
    -- A guest's only session lasts 30 days, so a range of their age is enough. An outage of the worker longer than that
    -- leaves guests to the second part.
    DELETE FROM identity.accounts WHERE id IN (
        SELECT a.id FROM identity.accounts AS a
        WHERE a.role = 'guest' AND a.created_at BETWEEN now() - interval '60 days' AND now() - interval '30 days'
          AND NOT EXISTS (SELECT FROM sales.orders AS o WHERE o.account_id = a.id)
        ORDER BY a.created_at LIMIT purge_guests.batch FOR UPDATE SKIP LOCKED);
    GET DIAGNOSTICS v_removed = ROW_COUNT;
    FOR v_id IN
        SELECT a.id FROM identity.accounts AS a
        WHERE a.role = 'guest' AND a.status <> 'closed' AND a.created_at < now() - v_kept
          AND NOT EXISTS (
              SELECT FROM sales.orders AS o
              WHERE o.account_id = a.id
                AND (o.created_at > now() - v_kept OR o.status = 'pending'
                     OR o.status IN ('paid', 'shipped') AND o.fulfilment_status NOT IN ('not_needed', 'returned')))
        ORDER BY a.created_at LIMIT purge_guests.batch
    LOOP
        BEGIN
            PERFORM identity.close_account(v_id);
            v_removed := v_removed + 1;
        EXCEPTION WHEN SQLSTATE 'SH409' THEN
            NULL;    -- a return or a refund is under way
        END;
    END LOOP;
    DELETE FROM sales.guest_networks AS n
    WHERE n.created_at < now() - interval '1 day'
      AND NOT EXISTS (SELECT FROM sales.orders AS o WHERE o.id = n.order_id AND o.status = 'pending');
    RETURN v_removed;
END $$;

GRANT EXECUTE ON FUNCTION identity.purge_guests TO store_api;
