-- Turns a gift card into the caller's credit, once.
-- Callers:   api.redeem_gift_card. begin_gift_card_redemption has counted the attempt before.
-- Locks:     the card, then the caller's credit account.
-- Errors:    gift_card_not_found 404, gift_card_redeemed, gift_card_pending, gift_card_expired 409, own_account_refused
--            403.
-- Definer:   finds a card by its code and changes it, which no other code may do.
CREATE OR REPLACE FUNCTION ledger.redeem_gift_card(code text)
RETURNS ledger.gift_cards
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.current_actor();
    v_card  ledger.gift_cards;
BEGIN
    SELECT * INTO v_card FROM ledger.gift_cards AS g
    WHERE g.code_hash = ledger.hash_gift_card_code(redeem_gift_card.code)
    FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'gift_card_not_found',
            MESSAGE = 'There is no gift card with this code.',
            HINT = 'Check the code.';
    END IF;
    IF v_card.redeemed_at IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'gift_card_redeemed',
            MESSAGE = 'This gift card has already been redeemed.';
    END IF;
    IF v_card.issued_transfer IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'gift_card_pending',
            MESSAGE = 'This gift card is not valid: the shop has not approved it.';
    END IF;
    IF v_card.expires_at <= now() THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'gift_card_expired',
            MESSAGE = 'This gift card has expired.',
            DETAIL = json_build_object('expired_at', v_card.expires_at)::text;
    END IF;
    -- Also with a customer's token: the account may be one of the staff.
    IF v_actor IN (v_card.issued_by, v_card.approved_by) THEN
        RAISE EXCEPTION USING ERRCODE = 'SH403', CONSTRAINT = 'own_account_refused',
            MESSAGE = 'You cannot redeem a gift card that you issued or approved.';
    END IF;

    UPDATE ledger.gift_cards AS g
    SET redeemed_by = v_actor, redeemed_at = now(),
        redeemed_transfer = ledger.post_transfer(
            ledger.open_account('gift_cards', v_card.currency),
            ledger.open_account('credit', v_card.currency, owner_id => v_actor),
            v_card.amount, 'gift_card', metadata => jsonb_build_object('gift_card_id', v_card.id))
    WHERE g.id = v_card.id
    RETURNING g.* INTO STRICT v_card;
    v_card.code_hash := NULL;
    PERFORM messaging.record_event('gift_card.redeemed', NULL, v_actor, jsonb_build_object(
        'gift_card_id', v_card.id, 'amount', v_card.amount, 'currency', v_card.currency));
    RETURN v_card;
END $$;

GRANT EXECUTE ON FUNCTION ledger.redeem_gift_card TO store_api;
