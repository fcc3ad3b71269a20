-- The stored form of a gift card's code: a hash of its letters and digits, so that case, dashes and spaces do not
-- matter.
-- Callers:   issue_gift_card, redeem_gift_card.
CREATE OR REPLACE FUNCTION ledger.hash_gift_card_code(code text)
RETURNS bytea
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
RETURN sha256(convert_to(regexp_replace(upper(hash_gift_card_code.code), '[^A-Z0-9]', '', 'g'), 'UTF8'));
