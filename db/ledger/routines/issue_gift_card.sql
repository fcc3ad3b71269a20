-- Issues a gift card: moves its amount from grants to gift cards. Above the currency's limit or the caller's daily sum
-- the card is not valid until a second person approves it (decide_gift_card). Only this function returns the code.
-- Callers:   api.issue_gift_card.
-- Locks:     those of needs_second_person.
-- Errors:    currency_unknown, gift_card_expiry_past 422.
-- Definer:   stores the hash of the code, which no other code may read or write.
CREATE OR REPLACE FUNCTION ledger.issue_gift_card(
    amount bigint, currency text, expires_at timestamptz, OUT card ledger.gift_cards, OUT code text
)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    -- A card is anonymous credit, so the same limits apply.
    v_status CONSTANT text := CASE WHEN ledger.needs_second_person(NULL, issue_gift_card.amount,
                                                                   issue_gift_card.currency)
                                   THEN 'pending' ELSE 'completed' END;
BEGIN
    IF issue_gift_card.expires_at <= now() THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'gift_card_expiry_past',
            MESSAGE = 'The expiry of a gift card must be in the future.';
    END IF;
    code := ledger.make_gift_card_code();
    INSERT INTO ledger.gift_cards AS g (code_hash, last_four, amount, currency, expires_at, issued_by, issued_transfer)
    VALUES (ledger.hash_gift_card_code(code), right(code, 4), issue_gift_card.amount, issue_gift_card.currency,
            issue_gift_card.expires_at, identity.current_actor(),
            CASE v_status WHEN 'completed' THEN
                ledger.post_transfer(ledger.open_account('grants', issue_gift_card.currency),
                                     ledger.open_account('gift_cards', issue_gift_card.currency),
                                     issue_gift_card.amount, 'gift_card')
            END)
    RETURNING g.* INTO STRICT card;
    card.code_hash := NULL;
    PERFORM ledger.add_staff_change('gift_card', v_status, NULL, card.amount, card.currency::text,
                                    format('gift card …%s', card.last_four), '{}', card.id);
    IF v_status = 'pending' THEN
        RETURN;
    END IF;
    PERFORM messaging.record_event('gift_card.issued', NULL, NULL, jsonb_build_object(
        'gift_card_id', card.id, 'amount', card.amount, 'currency', card.currency));
END $$;

GRANT EXECUTE ON FUNCTION ledger.issue_gift_card TO store_api;
