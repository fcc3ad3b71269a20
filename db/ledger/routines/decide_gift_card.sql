-- Makes a gift card that waited for a second person valid (its amount moves from grants to gift cards), or ends it.
-- Callers:   approve_credit_change, reject_credit_change, which hold the change.
-- Locks:     the card.
-- Definer:   changes a card, which no other code may do.
CREATE OR REPLACE FUNCTION ledger.decide_gift_card(card_id uuid, approved boolean)
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_card ledger.gift_cards;
BEGIN
    IF NOT decide_gift_card.approved THEN
        UPDATE ledger.gift_cards AS g SET rejected_at = now() WHERE g.id = decide_gift_card.card_id;
        RETURN;
    END IF;
    UPDATE ledger.gift_cards AS g
    SET approved_by = identity.current_actor(),
        issued_transfer = ledger.post_transfer(ledger.open_account('grants', g.currency::text),
                                               ledger.open_account('gift_cards', g.currency::text), g.amount,
                                               'gift_card')
    WHERE g.id = decide_gift_card.card_id
    RETURNING g.* INTO STRICT v_card;
    PERFORM messaging.record_event('gift_card.issued', NULL, NULL, jsonb_build_object(
        'gift_card_id', v_card.id, 'amount', v_card.amount, 'currency', v_card.currency));
END $$;

GRANT EXECUTE ON FUNCTION ledger.decide_gift_card TO store_api;
