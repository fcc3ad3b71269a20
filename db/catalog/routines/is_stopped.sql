-- Whether a merchant's products are not for sale. It is inlined, so it has neither SET nor SECURITY DEFINER.
-- Callers:   available_pieces, render_bundle, render_product, render_products.
CREATE OR REPLACE FUNCTION catalog.is_stopped(merchant_id uuid)
RETURNS boolean
LANGUAGE sql STABLE
RETURN EXISTS (SELECT FROM catalog.stopped_merchants AS s WHERE s.account_id = is_stopped.merchant_id);

GRANT EXECUTE ON FUNCTION catalog.is_stopped TO store_api;
