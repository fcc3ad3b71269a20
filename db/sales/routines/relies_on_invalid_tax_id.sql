-- Whether an order is free of tax, as a whole or in part, by a rule for businesses, though its buyer's tax id is known
-- to be invalid.
-- Callers:   follow_invalid_tax_id, api.begin_payment.
CREATE OR REPLACE FUNCTION sales.relies_on_invalid_tax_id("order" sales.orders)
RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN identity.tax_id_status("order".account_id, "order".buyer_tax_id) = 'invalid'
        AND EXISTS (
            SELECT FROM sales.tax_exemptions AS e
            WHERE e.buyer = 'business'
              AND (e.id IN (SELECT i.exemption_id FROM sales.order_items AS i WHERE i.order_id = "order".id)
                   OR "order".shipping_parts @> jsonb_build_array(jsonb_build_object('exemption_id', e.id))));
END $$;

GRANT EXECUTE ON FUNCTION sales.relies_on_invalid_tax_id TO store_api;
