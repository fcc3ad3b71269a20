-- Deletes expired rows, at most `batch` of each kind: sessions (with their refresh tokens) and tokens from mails a day
-- after their end, counted attempts and idempotency keys after a day, the addresses of e-mail changes after 30 days,
-- known devices after 90, API keys 90 days after their end. Returns the number of rows; 0 means that nothing is left.
-- Callers:   api.purge_expired.
-- Locks:     the rows it deletes; locked rows are left for the next call.
-- Definer:   no other code may delete these.
CREATE OR REPLACE FUNCTION identity.purge_expired(batch integer DEFAULT 1000)
RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    WITH gone_sessions AS (
        DELETE FROM identity.sessions WHERE id IN (
            SELECT s.id FROM identity.sessions AS s WHERE s.expires_at < now() - interval '1 day'
            ORDER BY s.expires_at LIMIT purge_expired.batch FOR UPDATE SKIP LOCKED)
        RETURNING 1
    ), gone_attempts AS (
        DELETE FROM identity.login_attempts WHERE (subject, window_at) IN (
            SELECT l.subject, l.window_at FROM identity.login_attempts AS l WHERE l.window_at < now() - interval '1 day'
            ORDER BY l.window_at LIMIT purge_expired.batch FOR UPDATE SKIP LOCKED)
        RETURNING 1
    ), gone_tokens AS (
        DELETE FROM identity.mail_tokens WHERE token_hash IN (
            SELECT t.token_hash FROM identity.mail_tokens AS t WHERE t.expires_at < now() - interval '1 day'
            ORDER BY t.expires_at LIMIT purge_expired.batch FOR UPDATE SKIP LOCKED)
        RETURNING 1
    ), gone_changes AS (
        DELETE FROM identity.email_changes WHERE id IN (
            SELECT c.id FROM identity.email_changes AS c WHERE c.created_at < now() - interval '30 days'
            ORDER BY c.id LIMIT purge_expired.batch FOR UPDATE SKIP LOCKED)
        RETURNING 1
    ), gone_devices AS (
        DELETE FROM identity.known_devices WHERE (account_id, proof) IN (
            SELECT k.account_id, k.proof FROM identity.known_devices AS k
            WHERE k.last_used_at < now() - interval '90 days'
            ORDER BY k.last_used_at LIMIT purge_expired.batch FOR UPDATE SKIP LOCKED)
        RETURNING 1
    ), gone_api_keys AS (
        DELETE FROM identity.api_keys WHERE id IN (
            SELECT k.id FROM identity.api_keys AS k
            WHERE least(k.expires_at, k.revoked_at) < now() - interval '90 days'
              AND (k.expires_at IS NOT NULL OR k.revoked_at IS NOT NULL)
            ORDER BY least(k.expires_at, k.revoked_at) LIMIT purge_expired.batch FOR UPDATE SKIP LOCKED)
        RETURNING 1
    ), gone_keys AS (
        DELETE FROM messaging.idempotency_keys WHERE id IN (
            SELECT k.id FROM messaging.idempotency_keys AS k WHERE k.created_at < now() - interval '1 day'
            ORDER BY k.created_at LIMIT purge_expired.batch FOR UPDATE SKIP LOCKED)
        RETURNING 1
    )
    SELECT (SELECT count(*)
            FROM gone_sessions) + (SELECT count(*) FROM gone_attempts) + (SELECT count(*) FROM gone_tokens)
        + (SELECT count(*) FROM gone_changes) + (SELECT count(*) FROM gone_keys) + (SELECT count(*) FROM gone_devices)
        + (SELECT count(*) FROM gone_api_keys);
END;

GRANT EXECUTE ON FUNCTION identity.purge_expired TO store_api;
