-- Stores a password: the SHA-256 of its bcrypt string, and bcrypt's salt, which the web tier needs to compute the
-- string again. A pending change of the e-mail is cancelled: a thief may have asked for it.
-- Callers:   open_account, change_password, reset_password. Not granted to store_api.
-- Locks:     the account's password; the account, if its e-mail was being changed.
-- Errors:    password_not_hashed 422: a text of another length than a bcrypt string may be a password in plain text.
CREATE OR REPLACE FUNCTION identity.set_password(account_id uuid, password text)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF char_length(set_password.password) IS DISTINCT FROM 60 THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'password_not_hashed',
            MESSAGE = 'The database takes a bcrypt string of 60 characters, never a password.';
    END IF;
    INSERT INTO identity.passwords AS p (account_id, salt, proof)
    VALUES (set_password.account_id, left(set_password.password, 29), sha256(convert_to(set_password.password, 'UTF8')))
    ON CONFLICT ON CONSTRAINT passwords_pkey
    DO UPDATE SET salt = excluded.salt, proof = excluded.proof, changed_at = now();
    UPDATE identity.accounts AS a SET pending_email = NULL, version = a.version + 1
    WHERE a.id = set_password.account_id AND a.pending_email IS NOT NULL;
END $$;
