-- A mail that waits to be sent; no row if there is none or it was sent.
-- Callers:   api.prepare_mail.
-- Definer:   no other code may read the queue.
CREATE OR REPLACE FUNCTION messaging.find_mail(mail_id uuid)
RETURNS TABLE (template text, account_id uuid, data jsonb, queued_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT o.payload ->> 'template', (o.payload ->> 'account_id')::uuid, o.payload -> 'data', o.created_at
    FROM messaging.outbox AS o
    WHERE o.id = find_mail.mail_id AND o.kind = 'send_mail' AND o.done_at IS NULL;
END;

GRANT EXECUTE ON FUNCTION messaging.find_mail TO store_api;
