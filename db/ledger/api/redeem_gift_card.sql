-- The second half of a redemption: turns the card into the caller's credit, once.
-- Locks:  the card, then the caller's credit account.
-- Errors: gift_card_not_found 404, gift_card_redeemed, gift_card_pending, gift_card_expired 409, own_account_refused
--         403.
CREATE FUNCTION api.redeem_gift_card(code api.gift_card_code)
RETURNS api.gift_card
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
BEGIN
    RETURN api.render_gift_card(ledger.redeem_gift_card(redeem_gift_card.code));
END $$;

COMMENT ON FUNCTION api.redeem_gift_card IS
'Redeem a gift card

Adds its amount to your credit, once. After ten attempts within 15 minutes, further attempts are refused for a while.';

GRANT EXECUTE ON FUNCTION api.redeem_gift_card TO app_customer;
