DROP INDEX identity.signing_key_twice;
DROP TABLE identity.salt_key;
