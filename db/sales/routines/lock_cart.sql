-- Locks the account's cart, creates it at first use, and returns its currency. Every change of a cart starts here, so
-- that concurrent requests run one after the other.
-- Callers:   the endpoints of the cart.
-- Locks:     the cart.
CREATE OR REPLACE FUNCTION sales.lock_cart(account_id uuid)
RETURNS text
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_currency text;
BEGIN
    LOOP
        SELECT c.currency INTO v_currency
        FROM sales.carts AS c
        WHERE c.account_id = lock_cart.account_id
        FOR NO KEY UPDATE;
        IF FOUND THEN
            RETURN v_currency;
        END IF;
        INSERT INTO sales.carts (account_id)
        VALUES (lock_cart.account_id)
        ON CONFLICT ON CONSTRAINT carts_pkey
        DO NOTHING;
    END LOOP;
END $$;

GRANT EXECUTE ON FUNCTION sales.lock_cart TO store_api;
