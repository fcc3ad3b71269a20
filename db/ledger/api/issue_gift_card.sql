-- Issues a gift card. Only this answer contains its code.
-- Errors: confirmation_required 403; currency_unknown, gift_card_expiry_past 422.
CREATE FUNCTION api.issue_gift_card(amount api.amount, currency api.currency, expires_at timestamptz DEFAULT NULL)
RETURNS api.gift_card
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor  CONSTANT uuid := identity.authenticate();
    v_issued record;
BEGIN
    PERFORM identity.require_fresh();
    SELECT i.card, i.code INTO STRICT v_issued
    FROM ledger.issue_gift_card(issue_gift_card.amount, issue_gift_card.currency, issue_gift_card.expires_at) AS i;
    RETURN api.render_gift_card(v_issued.card, v_issued.code);
END $$;

COMMENT ON FUNCTION api.issue_gift_card IS
'Issue a gift card

The answer contains its `code`, only this once: just a hash is stored. Above what one person may grant, at a time or
within a day, the card is `pending`: it cannot be redeemed until a second person approves it, see
`GET /credits/approvals`.';

GRANT EXECUTE ON FUNCTION api.issue_gift_card TO app_support;
