-- The account that a refusal concerns: the owner of the e-mail that was tried, or the account that the token or API key
-- was issued to. NULL if the e-mail is unknown or the token is not ours. An expired one still says whose it was.
-- Callers:   record_refusals. Not granted to store_api.
-- Definer:   reads accounts, signing keys and API keys; there is no signed-in caller.
CREATE OR REPLACE FUNCTION audit.refused_account(email text, token text)
RETURNS uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    v_account uuid;
BEGIN
    IF refused_account.email IS NOT NULL THEN
        SELECT a.id INTO v_account FROM identity.accounts AS a WHERE lower(a.email) = lower(refused_account.email);
        RETURN v_account;
    END IF;
    RETURN coalesce(
        (identity.read_token(refused_account.token) ->> 'sub')::uuid,
        (SELECT k.account_id FROM identity.api_keys AS k WHERE k.id = audit.refused_key(refused_account.token)));
END $$;
