-- Erases a person from the history of their account, addresses, orders, released holds, shipments, returns and locked
-- wallet and from the events of their orders, and writes an audit row about it (operation ERASE).
-- Callers:   identity.erase_account.
-- Locks:     the rows in which it erases values, those of security events too.
-- Definer:   no other code may write the audit or the events.
CREATE OR REPLACE FUNCTION audit.erase_person(account_id uuid)
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_rows   bigint;
    v_events bigint;
BEGIN
    UPDATE messaging.events AS e SET data = audit.without_person('messaging.events', e.data)
    WHERE e.order_id IN (SELECT o.id FROM sales.orders AS o WHERE o.account_id = erase_person.account_id)
      AND e.data IS DISTINCT FROM audit.without_person('messaging.events', e.data);
    GET DIAGNOSTICS v_events = ROW_COUNT;
    PERFORM audit.erase_security_events(erase_person.account_id);
    UPDATE audit.changes AS c
    SET old = audit.without_person(c.table_name, c.old), new = audit.without_person(c.table_name, c.new)
    FROM (
        SELECT 'identity.accounts' AS table_name, erase_person.account_id::text AS row_id
        UNION ALL
        SELECT DISTINCT a.table_name, a.row_id FROM audit.changes AS a
        WHERE a.table_name = 'identity.addresses'
          AND a.operation = 'INSERT'
          AND a.new ->> 'account_id' = erase_person.account_id::text
        UNION ALL
        SELECT 'sales.orders', o.id::text FROM sales.orders AS o WHERE o.account_id = erase_person.account_id
        UNION ALL
        SELECT 'sales.order_items', i.id::text
        FROM sales.order_items AS i WHERE i.account_id = erase_person.account_id
        UNION ALL
        SELECT 'sales.order_notes', n.id::text
        FROM sales.orders AS o JOIN sales.order_notes AS n ON n.order_id = o.id
        WHERE o.account_id = erase_person.account_id AND n.text = '[erased]'
        UNION ALL
        SELECT 'sales.order_holds', h.id::text
        FROM sales.orders AS o JOIN sales.order_holds AS h ON h.order_id = o.id
        WHERE o.account_id = erase_person.account_id AND h.released_at IS NOT NULL
        UNION ALL
        SELECT 'ledger.wallet_locks', erase_person.account_id::text
        UNION ALL
        SELECT 'fulfilment.shipments', s.id::text
        FROM fulfilment.shipments AS s
        WHERE s.account_id = erase_person.account_id
        UNION ALL
        SELECT 'fulfilment.returns', r.id::text
        FROM fulfilment.returns AS r
        WHERE r.account_id = erase_person.account_id
    ) AS p
    WHERE c.row_id = p.row_id AND c.table_name = p.table_name
      AND (c.old, c.new) IS DISTINCT FROM (audit.without_person(c.table_name, c.old),
                                           audit.without_person(c.table_name, c.new));
    GET DIAGNOSTICS v_rows = ROW_COUNT;
    IF v_rows + v_events > 0 THEN
        INSERT INTO audit.changes (table_name, operation, row_id, actor_id, db_role, request_id, new)
        VALUES ('audit.changes', 'ERASE', erase_person.account_id, identity.current_actor(), session_user,
                nullif(current_setting('app.request_id', true), ''),
                jsonb_build_object('rows', v_rows, 'events', v_events));
    END IF;
END $$;
