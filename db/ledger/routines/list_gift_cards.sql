-- Gift cards below an id, newest first, in one status (active, redeemed, expired) or in any. Without the hash of the
-- code.
-- Called by: api.list_gift_cards.
-- Definer:   answers whole rows of a table one column of which nobody else may read. That the caller is staff is asked
--            here, since the table's policy does not hold for its owner.
CREATE OR REPLACE FUNCTION ledger.list_gift_cards(status text, before uuid, count integer)
RETURNS SETOF ledger.gift_cards
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT g.id, NULL::bytea, g.last_four, g.amount, g.currency, g.expires_at, g.issued_by, g.issued_transfer,
           g.redeemed_by, g.redeemed_at, g.redeemed_transfer, g.created_at
    FROM ledger.gift_cards AS g
    WHERE identity.is_staff() AND g.id < list_gift_cards.before
      AND (list_gift_cards.status IS NULL
           OR list_gift_cards.status = CASE WHEN g.redeemed_at IS NOT NULL THEN 'redeemed'
                                            WHEN g.expires_at <= now() THEN 'expired'
                                            ELSE 'active' END)
    ORDER BY g.id DESC LIMIT list_gift_cards.count;
END;

GRANT EXECUTE ON FUNCTION ledger.list_gift_cards TO store_api;
