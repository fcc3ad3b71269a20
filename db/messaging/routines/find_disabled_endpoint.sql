-- A webhook endpoint that is disabled, and why: for the mail to its owner. No row when it is enabled again, or gone.
-- Called by: api.prepare_mail.
-- Definer:   endpoints are their owner's and an admin's to read; the worker writes to the owner.
CREATE OR REPLACE FUNCTION messaging.find_disabled_endpoint(endpoint_id uuid)
RETURNS TABLE (url text, reason text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN QUERY
    SELECT w.url, w.disabled_reason FROM messaging.webhook_endpoints AS w
    WHERE w.id = find_disabled_endpoint.endpoint_id AND w.status = 'disabled';
END $$;

GRANT EXECUTE ON FUNCTION messaging.find_disabled_endpoint TO store_api;
