DROP TABLE identity.addresses, identity.login_attempts, identity.refresh_tokens, identity.sessions,
           identity.signing_keys, identity.passwords, identity.accounts;
