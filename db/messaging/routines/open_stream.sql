-- Announces the order's events (NOTIFY storeproc_orders) as long as the stream's lease is renewed. An account can have
-- ten streams at a time.
-- Callers:   api.open_order_stream, which has checked the owner.
-- Locks:     an advisory lock of the account, so that concurrent requests are counted.
-- Errors:    too_many_streams 429.
-- Definer:   no other code may touch the list.
CREATE OR REPLACE FUNCTION messaging.open_stream(order_id uuid, account_id uuid)
RETURNS uuid
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_id CONSTANT uuid := uuidv7();
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('messaging.streams ' || open_stream.account_id, 0));
    DELETE FROM messaging.streams AS s
    WHERE s.id IN (SELECT o.id
                   FROM messaging.streams AS o
                   WHERE o.until < now()
                   ORDER BY o.until LIMIT 100
                   FOR UPDATE SKIP LOCKED);
    IF (SELECT count(*)
        FROM messaging.streams AS s
        WHERE s.account_id = open_stream.account_id AND s.until >= now()) >= 10 THEN
        RAISE EXCEPTION USING ERRCODE = 'SH429', CONSTRAINT = 'too_many_streams',
            MESSAGE = 'This account already has ten open streams.',
            HINT = 'Close a stream, or wait a minute.',
            DETAIL = '{"retry_after": 60}';
    END IF;
    INSERT INTO messaging.streams (id, order_id, account_id, until)
    VALUES (v_id, open_stream.order_id, open_stream.account_id, now() + interval '1 minute');
    RETURN v_id;
END $$;

GRANT EXECUTE ON FUNCTION messaging.open_stream TO store_api;
