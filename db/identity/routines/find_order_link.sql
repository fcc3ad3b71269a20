-- The order that a link in a mail leads to; NULL if the link is not valid. It is valid for 30 days, as often as wanted,
-- and no longer once the order belongs to another account or its e-mail was erased.
-- Callers:   api.get_linked_order.
-- Definer:   reads mail tokens, and the order of a caller who is not logged in.
CREATE OR REPLACE FUNCTION identity.find_order_link(token text)
RETURNS sales.orders
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan
BEGIN ATOMIC
    SELECT o.*
    FROM identity.mail_tokens AS t JOIN sales.orders AS o ON o.id = t.order_id
    WHERE t.token_hash = sha256(convert_to(find_order_link.token, 'UTF8')) AND t.purpose = 'order'
      AND t.expires_at > now() AND o.account_id = t.account_id AND o.email = t.email;
END;

GRANT EXECUTE ON FUNCTION identity.find_order_link TO store_api;
