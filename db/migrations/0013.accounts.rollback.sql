DELETE FROM messaging.outbox WHERE kind IN ('send_mail', 'erase_account') AND done_at IS NULL;
DROP INDEX audit.changes_addresses;
DROP INDEX identity.accounts_search, identity.accounts_role, identity.accounts_status;
DROP TABLE identity.outside_identities, identity.outside_issuers, identity.mail_tokens;
