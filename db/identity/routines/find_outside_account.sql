-- The account for a log-in at an outside identity provider; at the first log-in the account with that verified e-mail,
-- or else a new one, which is without e-mail if none is given. An e-mail is used only if both sides have verified it:
-- otherwise a person who signs up here with another person's address would share that person's account.
-- Callers:   open_outside_session. Not granted to store_api.
-- Locks:     the outside identity (an advisory lock at the first log-in), the account.
-- Errors:    email_not_verified_here 409.
CREATE OR REPLACE FUNCTION identity.find_outside_account(issuer text, subject text, email text, display_name text)
RETURNS identity.outside_identities
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    v_link    identity.outside_identities;
    v_account identity.accounts;
BEGIN
    SELECT * INTO v_link FROM identity.outside_identities AS i
    WHERE i.issuer = find_outside_account.issuer AND i.subject = find_outside_account.subject FOR NO KEY UPDATE;
    IF FOUND THEN
        RETURN v_link;
    END IF;
    -- A page sends several requests at once: all but the first wait here, and find the account that it created.
    PERFORM pg_advisory_xact_lock(
        hashtextextended(find_outside_account.issuer || ' ' || find_outside_account.subject, 13)
    );
    SELECT * INTO v_link FROM identity.outside_identities AS i
    WHERE i.issuer = find_outside_account.issuer AND i.subject = find_outside_account.subject FOR NO KEY UPDATE;
    IF FOUND THEN
        RETURN v_link;
    END IF;

    SELECT * INTO v_account FROM identity.accounts AS a WHERE lower(a.email) = lower(find_outside_account.email);
    IF NOT FOUND THEN
        INSERT INTO identity.accounts (email, display_name, email_verified)
        VALUES (find_outside_account.email, find_outside_account.display_name,
                find_outside_account.email IS NOT NULL)
        RETURNING * INTO v_account;
        PERFORM messaging.record_event('account.created', NULL, v_account.id,
            jsonb_build_object('role', v_account.role, 'issuer', find_outside_account.issuer));
    ELSIF NOT v_account.email_verified THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'email_not_verified_here',
            MESSAGE = 'There is an account with this e-mail, and it was never verified.',
            HINT = 'Reset its password or verify its e-mail, then log in this way.';
    END IF;
    INSERT INTO identity.outside_identities (issuer, subject, account_id)
    VALUES (find_outside_account.issuer, find_outside_account.subject, v_account.id) RETURNING * INTO v_link;
    RETURN v_link;
END $$;
