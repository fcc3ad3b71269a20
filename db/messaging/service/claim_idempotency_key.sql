-- Claims an idempotency key for this transaction. NULL: continue, and pass the answer to store_idempotent_answer in the
-- same statement. Otherwise it returns the answer of the earlier request with this key. A request that arrives while
-- that one is running waits for its answer.
-- Callers:   the web tier, in the statement of a request that has an Idempotency-Key.
-- An API key has keys of its own: the stored answer may be one that another API key's scopes do not allow.
-- Locks:     an advisory lock of the key. Only a request that has to wait pays for an exception block.
-- Errors:    idempotency_key_invalid, idempotency_key_reused 422, idempotency_key_in_use 409 (still running after
--            lock_timeout).
CREATE FUNCTION api.claim_idempotency_key(idempotency_key text, route text, request_hash text)
RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_scope text := 'anonymous';
    v_route text := claim_idempotency_key.route;
    v_lock  bigint;
    v_id    uuid;
    v_known record;
BEGIN
    IF claim_idempotency_key.idempotency_key !~ '^[ -~]{1,255}$' THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'idempotency_key_invalid',
            MESSAGE = 'An Idempotency-Key must have 1 to 255 printable ASCII characters.';
    END IF;
    IF coalesce(current_setting('app.token', true), '') <> '' THEN
        v_scope := identity.authenticate();
        v_route := concat_ws(' ', v_route, identity.current_key());
    ELSE
        PERFORM set_config('app.actor', '', true), set_config('app.audience', '', true),
        set_config('app.session', '', true);
    END IF;

    v_lock := hashtextextended(
        concat_ws(' ', v_scope, v_route, claim_idempotency_key.idempotency_key), 0
    );
    IF NOT pg_try_advisory_xact_lock(v_lock) THEN
        BEGIN
            PERFORM pg_advisory_xact_lock(v_lock);
        EXCEPTION WHEN lock_not_available THEN
            RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'idempotency_key_in_use',
                MESSAGE = 'A request with this Idempotency-Key is still running.',
                HINT = 'Send the request again in a moment.';
        END;
    END IF;

    INSERT INTO messaging.idempotency_keys (scope, route, key, request_hash)
    VALUES (v_scope, v_route, claim_idempotency_key.idempotency_key, claim_idempotency_key.request_hash)
    ON CONFLICT ON CONSTRAINT idempotency_key_twice DO NOTHING
    RETURNING id INTO v_id;
    IF v_id IS NOT NULL THEN
        PERFORM set_config('app.idempotency_id', v_id::text, true);
        RETURN NULL;
    END IF;

    SELECT k.request_hash, k.answer INTO STRICT v_known FROM messaging.idempotency_keys AS k
    WHERE k.scope = v_scope AND k.route = v_route AND k.key = claim_idempotency_key.idempotency_key;
    IF v_known.request_hash <> claim_idempotency_key.request_hash THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'idempotency_key_reused',
            MESSAGE = 'This Idempotency-Key was used for a different request.',
            HINT = 'Use a new key for a new request.';
    END IF;
    IF v_known.answer IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'idempotency_key_in_use',
            MESSAGE = 'The earlier request with this Idempotency-Key has no answer.', HINT = 'Use a new key.';
    END IF;
    RETURN v_known.answer;
END $$;

COMMENT ON FUNCTION api.claim_idempotency_key IS
'Claim an idempotency key

For the web tier, in one statement with the called function. Returns NULL, or the stored answer.';

GRANT EXECUTE ON FUNCTION api.claim_idempotency_key TO app_anonymous;
