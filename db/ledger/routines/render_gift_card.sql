-- A gift card as a client reads it. The code is known only to who issues it, in that moment; who issued and who
-- redeemed it, to the staff. Not an endpoint.
CREATE FUNCTION api.render_gift_card(card ledger.gift_cards, code text DEFAULT NULL)
RETURNS api.gift_card
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
RETURN ROW(
    card.id, code, card.last_four, card.amount, card.currency::text,
    CASE WHEN card.redeemed_at IS NOT NULL THEN 'redeemed'
         WHEN card.expires_at <= now() THEN 'expired'
         ELSE 'active' END,
    card.expires_at, CASE WHEN identity.is_staff() THEN card.issued_by END, card.redeemed_by, card.redeemed_at,
    card.created_at
)::api.gift_card;
