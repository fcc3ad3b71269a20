-- transactional: false
-- depends: 0078.event_types
-- An account may be without an e-mail: of an identity provider that names none, or closed. Nothing is invented for it.
-- A web tier of before relays the null; with such an account it cannot open a checkout at SSLCommerz.
-- A second time it does nothing.
-- squawk-ignore ban-drop-not-null, prefer-robust-stmts
ALTER TABLE identity.accounts ALTER COLUMN email DROP NOT NULL;
-- Null: the account had none before.
-- squawk-ignore ban-drop-not-null, prefer-robust-stmts
ALTER TABLE identity.email_changes ALTER COLUMN old_email DROP NOT NULL;

-- What stood for "none" until now.
UPDATE identity.accounts AS a SET email = NULL, email_verified = false, version = a.version + 1
WHERE a.email IN (a.id || '@outside.invalid', a.id || '@closed.invalid');

-- Of a run that was interrupted.
-- squawk-ignore ban-drop-constraint
ALTER TABLE identity.accounts DROP CONSTRAINT IF EXISTS verified_without_email;
-- A second time it is there again.
-- squawk-ignore prefer-robust-stmts
ALTER TABLE identity.accounts
    ADD CONSTRAINT verified_without_email CHECK (email IS NOT NULL OR NOT email_verified) NOT VALID;
-- squawk-ignore prefer-robust-stmts
ALTER TABLE identity.accounts VALIDATE CONSTRAINT verified_without_email;
COMMENT ON CONSTRAINT verified_without_email ON identity.accounts IS 'An account without an e-mail has none to verify.';

-- identity.find_accounts() searches this expression for accounts without an e-mail; accounts_search is for the others.
CREATE INDEX CONCURRENTLY IF NOT EXISTS accounts_search_without_email ON identity.accounts
    USING gin ((lower(coalesce(handle, '') || ' ' || coalesce(display_name, ''))) extensions.gin_trgm_ops)
    WHERE email IS NULL;
