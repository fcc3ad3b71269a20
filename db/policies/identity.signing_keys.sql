-- The first signing key, made where it is used: nobody ever sees it. Later ones: SELECT identity.add_signing_key().
SELECT identity.add_signing_key() WHERE NOT EXISTS (SELECT FROM identity.signing_keys);
