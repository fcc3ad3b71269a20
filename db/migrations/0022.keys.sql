-- depends: 0021.security
-- Signing keys that come and go: one signs, and what hung on the first of them gets a key of its own, so that it may go as well.

-- The made-up salts of e-mails that nobody has (identity.find_salt) must never change. Those of a shop that runs hang on its first signing key:
-- it is copied. A new shop's two pads are random, which is an HMAC with two keys (NMAC).
CREATE TABLE identity.salt_key (
    singleton boolean PRIMARY KEY DEFAULT true CONSTRAINT salt_key_once CHECK (singleton),
    inner_pad bytea NOT NULL,
    outer_pad bytea NOT NULL
);
COMMENT ON TABLE identity.salt_key IS 'What the salts of e-mails that nobody has are made from; never changed.';
INSERT INTO identity.salt_key (inner_pad, outer_pad)
SELECT coalesce(k.inner_pad, sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))),
       coalesce(k.outer_pad, sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())))
FROM (VALUES (1)) AS one
LEFT JOIN (SELECT inner_pad, outer_pad FROM identity.signing_keys ORDER BY created_at, kid LIMIT 1) AS k ON true;

-- Two rotations at once could leave two that sign.
UPDATE identity.signing_keys SET retired_at = now()
WHERE retired_at IS NULL AND kid <> (SELECT kid FROM identity.signing_keys WHERE retired_at IS NULL ORDER BY created_at DESC, kid LIMIT 1);
CREATE UNIQUE INDEX signing_key_twice ON identity.signing_keys ((true)) WHERE retired_at IS NULL;
COMMENT ON INDEX identity.signing_key_twice IS 'One key signs at a time.';
