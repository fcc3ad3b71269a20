-- Issues a gift card: moves its amount from grants to gift cards. Only this function returns the code.
-- Callers:   api.issue_gift_card.
-- Locks:     none: the accounts of the shop keep no balance.
-- Errors:    currency_unknown, gift_card_above_limit, gift_card_expiry_past 422.
-- Definer:   stores the hash of the code, which no other code may read or write.
CREATE OR REPLACE FUNCTION ledger.issue_gift_card(
    amount bigint, currency text, expires_at timestamptz, OUT card ledger.gift_cards, OUT code text
)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_maximum CONSTANT bigint := (ledger.limits_of(issue_gift_card.currency)).credit_approval_above;
BEGIN
    -- A card is anonymous credit. A larger one would bypass the approval by a second person.
    IF issue_gift_card.amount > v_maximum THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'gift_card_above_limit',
            MESSAGE = 'This is more than a gift card may hold.',
            HINT = 'Grant credit instead: a second person approves it.',
            DETAIL = json_build_object('maximum', v_maximum)::text;
    END IF;
    IF issue_gift_card.expires_at <= now() THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'gift_card_expiry_past',
            MESSAGE = 'The expiry of a gift card must be in the future.';
    END IF;
    code := ledger.make_gift_card_code();
    INSERT INTO ledger.gift_cards AS g (code_hash, last_four, amount, currency, expires_at, issued_by, issued_transfer)
    VALUES (ledger.hash_gift_card_code(code), right(code, 4), issue_gift_card.amount, issue_gift_card.currency,
            issue_gift_card.expires_at, identity.current_actor(),
            ledger.post_transfer(ledger.open_account('grants', issue_gift_card.currency),
                                 ledger.open_account('gift_cards', issue_gift_card.currency),
                                 issue_gift_card.amount, 'gift_card'))
    RETURNING g.* INTO STRICT card;
    card.code_hash := NULL;
    PERFORM messaging.record_event('gift_card.issued', NULL, NULL, jsonb_build_object(
        'gift_card_id', card.id, 'amount', card.amount, 'currency', card.currency));
END $$;

GRANT EXECUTE ON FUNCTION ledger.issue_gift_card TO store_api;
