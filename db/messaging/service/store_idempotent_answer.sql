-- Stores the answer under the key that claim_idempotency_key claimed in this transaction, and returns it. NULL (void)
-- is stored as ''. A stored answer is never replaced, so that no request can change the answer of another.
-- Callers:   the web tier, in the statement of a request that has an Idempotency-Key.
-- Locks:     the row of the Idempotency-Key, which this transaction inserted.
-- Errors:    idempotency_key_unclaimed 409.
CREATE FUNCTION api.store_idempotent_answer(answer text)
RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE messaging.idempotency_keys AS k SET answer = coalesce(store_idempotent_answer.answer, '')
    WHERE k.id = nullif(current_setting('app.idempotency_id', true), '')::uuid AND k.answer IS NULL;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'idempotency_key_unclaimed',
            MESSAGE = 'No Idempotency-Key was claimed in this transaction.';
    END IF;
    RETURN coalesce(store_idempotent_answer.answer, '');
END $$;

COMMENT ON FUNCTION api.store_idempotent_answer IS
'Store an answer under its idempotency key

For the web tier, in one statement with claim_idempotency_key. Returns its argument.';

GRANT EXECUTE ON FUNCTION api.store_idempotent_answer TO app_anonymous;
