-- An address as its owner reads it.
-- Callers:   api.create_address, api.list_addresses, api.update_address.
CREATE FUNCTION api.render_address(address identity.addresses)
RETURNS api.address
LANGUAGE sql STABLE
AS $$ SELECT ROW(address.id, address.name, address.line1, address.line2, address.city, address.region,
           address.postal_code, address.country, address.phone, address.tax_id,
           identity.tax_id_status(address.account_id, address.tax_id), address.is_default, address.version,
           address.created_at)::api.address $$;
