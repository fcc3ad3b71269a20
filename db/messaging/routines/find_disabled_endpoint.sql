-- A disabled webhook endpoint and the reason, for the mail to its owner. No row if it is enabled again or deleted.
-- Callers:   api.prepare_mail.
-- Definer:   an endpoint is visible to its owner and an admin only; the worker writes to the owner.
CREATE OR REPLACE FUNCTION messaging.find_disabled_endpoint(endpoint_id uuid)
RETURNS TABLE (url text, reason text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN QUERY
    SELECT w.url, w.disabled_reason FROM messaging.webhook_endpoints AS w
    WHERE w.id = find_disabled_endpoint.endpoint_id AND w.status = 'disabled';
END $$;

GRANT EXECUTE ON FUNCTION messaging.find_disabled_endpoint TO store_api;
