-- Writes when an API key was used last. A request that finds the key's row locked, by another one that does the same,
-- goes on without.
-- Callers:   authenticate_key, at most once a minute and key.
-- Locks:     the key, until the end of the transaction.
-- Errors:    primary_required 503: on a standby nothing can be written.
CREATE OR REPLACE FUNCTION identity.note_key_use(key_id uuid)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF pg_is_in_recovery() THEN
        RAISE EXCEPTION USING ERRCODE = 'SH503', CONSTRAINT = 'primary_required',
            MESSAGE = 'This server cannot note the use of the API key.', HINT = 'Ask the primary.';
    ELSIF current_setting('transaction_read_only') = 'off' THEN
        UPDATE identity.api_keys AS k SET last_used_at = now()
        WHERE k.id = (SELECT o.id FROM identity.api_keys AS o WHERE o.id = note_key_use.key_id
                      FOR NO KEY UPDATE SKIP LOCKED);
    END IF;
END $$;
