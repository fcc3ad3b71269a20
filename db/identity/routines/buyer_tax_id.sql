-- The tax id with which an account buys: that of the address, or else its own; NULL for none.
-- Callers:   create_order, checkout_cart, set_shipping_address.
CREATE OR REPLACE FUNCTION identity.buyer_tax_id(account_id uuid, address_id uuid)
RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT coalesce(d.tax_id, a.tax_id)
    FROM identity.accounts AS a
    LEFT JOIN identity.addresses AS d ON d.id = buyer_tax_id.address_id AND d.account_id = a.id
    WHERE a.id = buyer_tax_id.account_id;
END;

GRANT EXECUTE ON FUNCTION identity.buyer_tax_id TO store_api;
