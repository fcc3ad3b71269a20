-- Writes the next part of an account's export: a page of a section. After the last one the export is completed, and
-- expires seven days later. Returns whether there is more to do.
-- Callers:   api.advance_export.
-- Locks:     the export.
-- Definer:   reads every table that holds data of the account.
CREATE OR REPLACE FUNCTION identity.advance_export(account_id uuid)
RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    c_most    CONSTANT integer := 1000;     -- rows in a part
    c_parts   CONSTANT integer := 10000;    -- ten million rows
    v_export  identity.account_exports;
    v_section record;
    v_page    record;
    v_content text;
    v_ended   boolean;
BEGIN
    SELECT * INTO v_export
    FROM identity.account_exports AS e
    WHERE e.account_id = advance_export.account_id AND e.status = 'pending'
    FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN false;    -- completed, or deleted with the account
    END IF;
    SELECT s.* INTO v_section
    FROM identity.export_sections() WITH ORDINALITY AS s (section, relation, hidden, condition, number)
    WHERE s.number = v_export.section;
    IF NOT FOUND THEN
        v_content := '}}';
    ELSE
        v_page := identity.export_rows(v_export.account_id, v_section.relation::regclass, v_section.hidden,
                                       v_section.condition, v_export.after_id, c_most);
        v_ended := v_page.count < c_most;
        v_content := concat(
            CASE WHEN v_export.parts = 0
                 THEN concat('{"id":', to_json(v_export.id), ',"status":"completed","created_at":',
                             to_json(v_export.created_at), ',"data":{') END,
            CASE WHEN v_export.after_id IS NOT NULL THEN CASE WHEN v_page.count > 0 THEN ',' END
                 ELSE concat(CASE WHEN v_export.section > 1 THEN ',' END, to_json(v_section.section), ':[') END,
            v_page.rows,
            CASE WHEN v_ended THEN ']' END);
    END IF;
    INSERT INTO identity.account_export_parts (account_id, number, content)
    VALUES (v_export.account_id, v_export.parts + 1, v_content);
    UPDATE identity.account_exports AS e
    SET parts = e.parts + 1, size = e.size + octet_length(v_content),
        section = e.section + CASE WHEN v_ended THEN 1 ELSE 0 END,
        after_id = CASE WHEN NOT v_ended THEN v_page.last_id END,
        status = CASE WHEN v_ended IS NULL THEN 'completed'
                      WHEN e.parts >= c_parts THEN 'failed'
                      ELSE 'pending' END,
        completed_at = CASE WHEN v_ended IS NULL THEN now() END,
        expires_at = now() + interval '7 days'
    WHERE e.account_id = v_export.account_id
    RETURNING e.* INTO v_export;
    RETURN v_export.status = 'pending';
END $$;

GRANT EXECUTE ON FUNCTION identity.advance_export TO store_api;
