-- The token in a mail: an HMAC of the mail's id with the key that signed when the mail was requested (or with the next
-- key, if that one was revoked). So the token is stored nowhere in plain text, and a mail that is sent twice has the
-- same token. Only its hash is stored. It is valid for an hour (password), a day (e-mail) or 30 days (link to a
-- guest's order) after the request; NULL after that.
-- Callers:   api.prepare_mail.
-- Locks:     none: it only inserts.
-- Definer:   reads signing keys, writes mail tokens.
CREATE OR REPLACE FUNCTION identity.issue_mail_token(
    mail_id uuid, purpose text, account_id uuid, email text, queued_at timestamptz, order_id uuid DEFAULT NULL
)
RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    v_expires_at CONSTANT timestamptz := issue_mail_token.queued_at
        + CASE issue_mail_token.purpose
            WHEN 'password_reset' THEN interval '1 hour' WHEN 'order' THEN interval '30 days' ELSE interval '1 day' END;
    v_token      text;
BEGIN
    IF v_expires_at <= now() THEN
        RETURN NULL;
    END IF;
    -- Other texts that these keys sign begin with a token's header or with salt: (find_salt), never with mail:.
    SELECT identity.encode_base64url(
        sha256(k.outer_pad || sha256(k.inner_pad || convert_to('mail:' || issue_mail_token.mail_id, 'UTF8')))
    )
    INTO STRICT v_token
    FROM identity.signing_keys AS k
    ORDER BY k.created_at <= issue_mail_token.queued_at DESC,
             abs(extract(epoch FROM k.created_at - issue_mail_token.queued_at)), k.kid LIMIT 1;
    -- If the mail is sent again after the token was used, the token stays used.
    INSERT INTO identity.mail_tokens (token_hash, account_id, purpose, email, expires_at, order_id)
    VALUES (sha256(convert_to(v_token, 'UTF8')), issue_mail_token.account_id, issue_mail_token.purpose,
            issue_mail_token.email, v_expires_at, issue_mail_token.order_id)
    ON CONFLICT ON CONSTRAINT mail_tokens_pkey DO NOTHING;
    RETURN v_token;
END $$;

GRANT EXECUTE ON FUNCTION identity.issue_mail_token TO store_api;
