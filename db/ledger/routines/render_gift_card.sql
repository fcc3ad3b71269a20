-- A gift card as a client reads it. The code is there only when the card is issued; only staff see who issued it. Not
-- an endpoint.
-- Callers:   api.issue_gift_card, api.list_gift_cards, api.redeem_gift_card.
CREATE FUNCTION api.render_gift_card(card ledger.gift_cards, code text DEFAULT NULL)
RETURNS api.gift_card
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
RETURN ROW(
    card.id, code, card.last_four, card.amount, card.currency::text,
    CASE WHEN card.redeemed_at IS NOT NULL THEN 'redeemed'
         WHEN card.rejected_at IS NOT NULL THEN 'rejected'
         WHEN card.issued_transfer IS NULL THEN 'pending'
         WHEN card.expires_at <= now() THEN 'expired'
         ELSE 'active' END,
    card.expires_at, CASE WHEN identity.is_staff() THEN card.issued_by END, card.redeemed_by, card.redeemed_at,
    card.created_at
)::api.gift_card;
