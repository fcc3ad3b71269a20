-- The next rows of a section of an export as JSON texts with commas between them, up to `most` of them in the order of
-- their ids; a table without an id is read at once. References of payment providers and bank accounts are masked, as in
-- every answer to a customer.
-- Callers:   advance_export.
CREATE OR REPLACE FUNCTION identity.export_rows(
    account_id uuid, relation regclass, hidden text[], condition text, after_id uuid, most integer,
    OUT rows text, OUT count bigint, OUT last_id uuid
)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    c_masked CONSTANT text[] := '{provider_reference,settled_reference,iban,booking_reference}';
    -- Who did something, in the values that the audit and the events have kept: those are other people.
    c_people CONSTANT text[] :=
        '{requested_by,decided_by,locked_by,held_by,released_by,issued_by,created_by,explained_by,actor_id}';
    v_paged  CONSTANT boolean := EXISTS (
        SELECT FROM pg_attribute AS a
        WHERE a.attrelid = export_rows.relation AND a.attname = 'id' AND a.atttypid = 'uuid'::regtype);
BEGIN
    -- The table and the condition come from identity.export_sections().
    EXECUTE format(
        'SELECT string_agg((SELECT jsonb_object_agg(c.key, CASE
                    WHEN c.key = ANY ($4) AND jsonb_typeof(c.value) = ''string''
                        THEN to_jsonb(payments.mask_reference(c.value #>> ''{}''))
                    WHEN c.key IN (''old'', ''new'', ''data'') AND jsonb_typeof(c.value) = ''object'' THEN c.value - $6
                    ELSE c.value END)
                FROM jsonb_each(to_jsonb(r) - $3) AS c)::text, '',''%s),
                count(*), %s
         FROM (SELECT t.* FROM %s AS t WHERE (%s) %s) AS r',
        CASE WHEN v_paged THEN ' ORDER BY r.id' ELSE '' END,
        CASE WHEN v_paged THEN '(array_agg(r.id ORDER BY r.id DESC))[1]' ELSE 'NULL' END,
        export_rows.relation, export_rows.condition,
        CASE WHEN v_paged THEN 'AND ($2 IS NULL OR t.id > $2) ORDER BY t.id LIMIT $5' ELSE '' END)
    INTO STRICT export_rows.rows, export_rows.count, export_rows.last_id
    USING export_rows.account_id, export_rows.after_id, export_rows.hidden, c_masked, export_rows.most,
        c_people;
    IF NOT v_paged THEN
        export_rows.count := least(export_rows.count, export_rows.most - 1);    -- there is no next page
    END IF;
END $$;
