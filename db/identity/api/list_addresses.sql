-- The caller's addresses, oldest first.
-- Errors: cursor_invalid 422.
CREATE FUNCTION api.list_addresses("limit" api.page_limit DEFAULT 20, cursor api.page_cursor DEFAULT NULL)
RETURNS api.address_page
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
    v_after CONSTANT uuid := messaging.cursor_from(list_addresses.cursor);
    v_limit CONSTANT integer := coalesce(list_addresses."limit", 20);
    v_rows  identity.addresses[];
    v_page  api.address_page;
BEGIN
    -- One row more than the limit shows whether there is a next page.
    v_rows := ARRAY(SELECT a
                    FROM identity.addresses AS a
                    WHERE a.account_id = v_actor AND a.id > v_after
                    ORDER BY a.id LIMIT v_limit + 1);
    v_page.data := ARRAY(SELECT api.render_address(a) FROM unnest(v_rows[:v_limit]) AS a ORDER BY a.id);
    IF cardinality(v_rows) > v_limit THEN
        v_page.next_cursor := messaging.encode_cursor(jsonb_build_object('id', v_rows[v_limit].id));
    END IF;
    RETURN v_page;
END $$;

COMMENT ON FUNCTION api.list_addresses IS
'List your addresses';

GRANT EXECUTE ON FUNCTION api.list_addresses TO app_customer;
