-- A version of the seller as a client reads it. Not an endpoint.
-- Callers:   api.get_seller, api.replace_seller.
CREATE FUNCTION api.render_seller(s billing.sellers)
RETURNS api.seller
LANGUAGE sql IMMUTABLE
RETURN ROW(s.name, s.email, s.phone, s.line1, s.line2, s.postal_code, s.city, s.region, s.country, s.registration,
           s.vat_id, s.tax_number, s.iban, s.bic, s.account_holder, s.exemption, s.e_invoice, s.version,
           s.created_at)::api.seller;
