-- Webhook endpoints, newest first: callers see their own, an admin sees all.
-- Errors: cursor_invalid 422.
CREATE FUNCTION api.list_webhook_endpoints("limit" api.page_limit DEFAULT 20, cursor api.page_cursor DEFAULT NULL)
RETURNS api.webhook_endpoint_page
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor  CONSTANT uuid := identity.authenticate();
    v_before CONSTANT uuid := messaging.cursor_before(list_webhook_endpoints.cursor);
    v_rows   api.webhook_endpoint[];
BEGIN
    SELECT array_agg(api.render_webhook_endpoint(w) ORDER BY w.id DESC) INTO v_rows
    FROM (
        SELECT *
        FROM messaging.webhook_endpoints AS o
        WHERE o.id < v_before
        ORDER BY o.id DESC LIMIT list_webhook_endpoints."limit" + 1
    ) AS w;
    RETURN ROW(coalesce(v_rows[1:list_webhook_endpoints."limit"], '{}'),
               CASE WHEN cardinality(v_rows) > list_webhook_endpoints."limit"
                    THEN messaging.encode_cursor(
                        jsonb_build_object('id', (v_rows[list_webhook_endpoints."limit"]).id)
                    ) END)::api.webhook_endpoint_page;
END $$;

COMMENT ON FUNCTION api.list_webhook_endpoints IS
'List your webhook endpoints

Newest first; an admin sees those of all accounts.';

GRANT EXECUTE ON FUNCTION api.list_webhook_endpoints TO app_merchant;
