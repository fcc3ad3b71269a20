-- Gift cards with ids below one id, newest first, in one status or in all. The hash of the
-- code is left out.
-- Callers:   api.list_gift_cards.
-- Definer:   returns whole rows of a table with a column that no other code may read. It checks itself that the caller
--            is staff, since the table's policy does not apply to its owner.
CREATE OR REPLACE FUNCTION ledger.list_gift_cards(status text, before uuid, count integer)
RETURNS SETOF ledger.gift_cards
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT g.id, NULL::bytea, g.last_four, g.amount, g.currency, g.expires_at, g.issued_by, g.issued_transfer,
           g.redeemed_by, g.redeemed_at, g.redeemed_transfer, g.created_at, g.approved_by, g.rejected_at
    FROM ledger.gift_cards AS g
    WHERE identity.is_staff() AND g.id < list_gift_cards.before
      AND (list_gift_cards.status IS NULL
           OR list_gift_cards.status = CASE WHEN g.redeemed_at IS NOT NULL THEN 'redeemed'
                                            WHEN g.rejected_at IS NOT NULL THEN 'rejected'
                                            WHEN g.issued_transfer IS NULL THEN 'pending'
                                            WHEN g.expires_at <= now() THEN 'expired'
                                            ELSE 'active' END)
    ORDER BY g.id DESC LIMIT list_gift_cards.count;
END;

GRANT EXECUTE ON FUNCTION ledger.list_gift_cards TO store_api;
