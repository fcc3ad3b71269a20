-- Trigger: keeps catalog.stopped_merchants. An account that could sell and no longer may (suspended, closed, of another
-- role) stops selling; one that may again is reinstated. An account that never could sell has no products.
-- Callers:   trigger follow_seller on identity.accounts.
-- Locks:     the advisory lock of the merchant: it waits for orders and payouts that are under way, and those that come
--            later see the change.
CREATE OR REPLACE FUNCTION catalog.follow_seller()
RETURNS trigger
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(uuid_hash_extended(new.id, 1));
    IF new.status = 'active' AND new.role IN ('merchant', 'admin') THEN
        DELETE FROM catalog.stopped_merchants AS s WHERE s.account_id = new.id;
    ELSIF old.role IN ('merchant', 'admin') THEN
        INSERT INTO catalog.stopped_merchants (account_id) VALUES (new.id)
        ON CONFLICT ON CONSTRAINT stopped_merchants_pkey DO NOTHING;
    END IF;
    RETURN NULL;
END $$;
