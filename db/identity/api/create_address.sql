-- Adds an address. The first one becomes the default, whether requested or not.
-- Locks:  the account, so that two concurrent first addresses do not both become the default, and all are counted.
-- Errors: too_many_addresses 409; country_unknown, region_unknown, tax_id_invalid 422.
CREATE FUNCTION api.create_address(
    name api.short_text, line1 api.short_text, city api.short_text, country api.country,
    line2 api.short_text DEFAULT NULL, region api.short_text DEFAULT NULL, postal_code api.short_text DEFAULT NULL,
    phone api.short_text DEFAULT NULL, is_default boolean DEFAULT false, tax_id api.short_text DEFAULT NULL)
RETURNS api.address
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor   CONSTANT uuid := identity.authenticate();
    v_address identity.addresses;
BEGIN
    PERFORM FROM identity.accounts AS a WHERE a.id = v_actor FOR NO KEY UPDATE;
    IF (SELECT count(*) FROM identity.addresses AS a WHERE a.account_id = v_actor) >= 100 THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'too_many_addresses',
            MESSAGE = 'An account can have at most 100 addresses.', HINT = 'Delete one that is no longer used.';
    END IF;
    IF create_address.is_default THEN
        UPDATE identity.addresses AS a
        SET is_default = false, version = a.version + 1
        WHERE a.account_id = v_actor AND a.is_default;
    END IF;
    INSERT INTO identity.addresses (account_id, name, line1, line2, city, region, postal_code, country, phone,
                                    tax_id, is_default)
    VALUES (v_actor, create_address.name, create_address.line1, create_address.line2, create_address.city,
            catalog.require_region(create_address.country, create_address.region), create_address.postal_code,
            create_address.country, create_address.phone,
            identity.require_tax_id(create_address.country, create_address.tax_id),
            coalesce(create_address.is_default, false)
                OR NOT EXISTS (SELECT FROM identity.addresses AS a WHERE a.account_id = v_actor))
    RETURNING * INTO v_address;
    IF v_address.tax_id IS NOT NULL THEN
        PERFORM identity.watch_tax_ids(v_actor);
    END IF;
    RETURN api.render_address(v_address);
END $$;

COMMENT ON FUNCTION api.create_address IS
'Add an address

Your first address becomes the default. A new default replaces the old one. `region` may be a code (ISO 3166-2) or a
name; the answer has the code, see `GET /v1/countries/{country}/regions`. `tax_id` is that of a business at this
address, which counts instead of the account''s.';

GRANT EXECUTE ON FUNCTION api.create_address TO app_customer;
