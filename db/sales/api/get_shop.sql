-- What a storefront needs to know of the shop before anybody logs in. The web tier leaves out gateways for which it has
-- no keys.
CREATE TYPE api.shop_currency AS (code api.currency, minor_units integer);
COMMENT ON COLUMN api.shop_currency.minor_units IS 'The number of decimals of an amount in the currency: 2 for USD.';

CREATE TYPE api.offered_provider AS (name api.provider, kind api.provider_kind, title text);
COMMENT ON COLUMN api.offered_provider.title IS 'For people.';

CREATE TYPE api.password_rules AS (min_length integer, max_length integer, max_bytes integer, description text);
COMMENT ON COLUMN api.password_rules.min_length IS 'Characters.';
COMMENT ON COLUMN api.password_rules.max_length IS 'Characters.';
COMMENT ON COLUMN api.password_rules.max_bytes IS 'Bytes in UTF-8.';
COMMENT ON COLUMN api.password_rules.description IS 'All rules, for people.';

CREATE TYPE api.shop AS (
    name text, language text, currencies api.shop_currency[], countries api.country[],
    payment_providers api.offered_provider[], guest_orders boolean, shipping_required boolean,
    password_rules api.password_rules
);
COMMENT ON COLUMN api.shop.language IS 'Of mails and documents for customers who chose none (BCP 47).';
COMMENT ON COLUMN api.shop.countries IS 'What an address can name: GET /v1/countries has their names.';
COMMENT ON COLUMN api.shop.payment_providers IS
'The ways of paying that are on offer. A guest has neither wallet nor credit (kind internal).';
COMMENT ON COLUMN api.shop.guest_orders IS 'Whether POST /v1/guests and orders without an account are possible.';
COMMENT ON COLUMN api.shop.shipping_required IS 'Whether orders with a weight need an address and a shipping method.';

CREATE FUNCTION api.get_shop()
RETURNS api.shop
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ROW(
        (SELECT b.name FROM billing.sellers AS b ORDER BY b.version DESC LIMIT 1), s.language,
        ARRAY(SELECT ROW(c.code, c.minor_units)::api.shop_currency FROM catalog.currencies AS c ORDER BY c.code),
        ARRAY(SELECT c.code::text FROM catalog.countries AS c ORDER BY c.code),
        ARRAY(SELECT ROW(p.name, p.kind, (api.render_provider(p)).title)::api.offered_provider
              FROM payments.providers AS p
              WHERE p.enabled AND NOT (p.test_only AND identity.is_production()) ORDER BY p.name),
        s.guest_orders, s.shipping_required,
        -- as in api/http/password_policy.py, which a test compares
        ROW(8, 64, 72,
            '8 to 64 characters, not a common password, without your e-mail or the shop''s name.')::api.password_rules
    )::api.shop FROM sales.settings AS s;
END $$;

COMMENT ON FUNCTION api.get_shop IS
'Get the shop

What a storefront needs to know: name, currencies, countries, ways of paying, whether guests may order, and the rules
for passwords.';

GRANT EXECUTE ON FUNCTION api.get_shop TO app_anonymous;
