-- The first half of a redemption: counts the attempt, and commits before the code is looked up. This slows down
-- guessing.
-- Callers:   the handler of POST /gift-cards/redeem.
-- Locks:     the counters of attempts: network, then account.
-- Errors:    too_many_attempts 429.
CREATE FUNCTION api.begin_gift_card_redemption(client_address text DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
BEGIN
    IF begin_gift_card_redemption.client_address IS NOT NULL THEN
        PERFORM identity.count_attempt(
            'gift card address:' || identity.client_network(begin_gift_card_redemption.client_address), 300);
    END IF;
    PERFORM identity.count_attempt('gift card account:' || v_actor, 10);
END $$;

COMMENT ON FUNCTION api.begin_gift_card_redemption IS
'Begin to redeem a gift card

For the web tier: counts the attempt.';

GRANT EXECUTE ON FUNCTION api.begin_gift_card_redemption TO app_customer;
