-- Makes a gift card's code: 20 characters out of 32 that are not easily confused (no 0, O, 1, I), in groups of four.
-- That is 100 random bits; the last four characters may be shown, which leaves 80 bits secret.
-- Callers:   issue_gift_card.
CREATE OR REPLACE FUNCTION ledger.make_gift_card_code()
RETURNS text
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    -- Two random UUIDs hold 244 random bits from the server's strong source; their hash spreads them over every byte.
    v_bytes CONSTANT bytea := sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()));
BEGIN
    -- 256 is a multiple of 32, so every character is equally likely.
    RETURN (
        SELECT string_agg(substr('ABCDEFGHJKLMNPQRSTUVWXYZ23456789', get_byte(v_bytes, n) % 32 + 1, 1)
                          || CASE WHEN n % 4 = 3 AND n < 19 THEN '-' ELSE '' END, '' ORDER BY n)
        FROM generate_series(0, 19) AS n);
END $$;
