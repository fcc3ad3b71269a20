-- Changes one of the caller's addresses. A new default replaces the old one. Orders keep their copy of the address.
-- Locks:  the account, the address.
-- Errors: address_not_found 404; version_stale 412; country_unknown, region_unknown, tax_id_invalid 422.
CREATE FUNCTION api.update_address(
    address_id uuid, name api.short_text DEFAULT NULL, line1 api.short_text DEFAULT NULL,
    line2 api.short_text DEFAULT NULL, city api.short_text DEFAULT NULL, region api.short_text DEFAULT NULL,
    postal_code api.short_text DEFAULT NULL, country api.country DEFAULT NULL, phone api.short_text DEFAULT NULL,
    is_default boolean DEFAULT NULL, tax_id api.short_text DEFAULT NULL, if_match bigint DEFAULT NULL,
    given text[] DEFAULT NULL)
RETURNS api.address
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor   CONSTANT uuid := identity.authenticate();
    v_address identity.addresses;
    v_before  identity.addresses;
BEGIN
    PERFORM FROM identity.accounts AS a WHERE a.id = v_actor FOR NO KEY UPDATE;
    SELECT * INTO v_address FROM identity.addresses AS a WHERE a.id = update_address.address_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'address_not_found',
            MESSAGE = 'You have no such address.';
    END IF;
    IF update_address.if_match <> v_address.version THEN
        RAISE EXCEPTION USING ERRCODE = 'SH412', CONSTRAINT = 'version_stale',
            MESSAGE = 'The address has changed since you read it.', HINT = 'Read it again.';
    END IF;

    v_before := v_address;
    v_address.country := coalesce(update_address.country, v_before.country);
    IF 'region' = ANY (update_address.given) OR update_address.region IS NOT NULL THEN
        v_address.region := update_address.region;
    END IF;
    IF 'tax_id' = ANY (update_address.given) OR update_address.tax_id IS NOT NULL THEN
        v_address.tax_id := update_address.tax_id;
    END IF;
    -- Regions from before they were codes stay until they are changed.
    IF (v_address.country, v_address.region) IS DISTINCT FROM (v_before.country, v_before.region) THEN
        v_address.region := catalog.require_region(v_address.country, v_address.region);
    END IF;
    IF (v_address.country, v_address.tax_id) IS DISTINCT FROM (v_before.country, v_before.tax_id) THEN
        v_address.tax_id := identity.require_tax_id(v_address.country, v_address.tax_id);
    END IF;

    IF update_address.is_default THEN
        UPDATE identity.addresses AS a SET is_default = false, version = a.version + 1
        WHERE a.account_id = v_actor AND a.is_default AND a.id <> update_address.address_id;
    END IF;
    UPDATE identity.addresses AS a
    SET name = coalesce(update_address.name, a.name),
        line1 = coalesce(update_address.line1, a.line1),
        line2 = CASE WHEN 'line2' = ANY (update_address.given) THEN update_address.line2 ELSE coalesce(
            update_address.line2, a.line2
        ) END, city = coalesce(update_address.city, a.city),
        region = v_address.region, country = v_address.country, tax_id = v_address.tax_id,
        postal_code = CASE WHEN 'postal_code' = ANY (update_address.given) THEN update_address.postal_code
                           ELSE coalesce(update_address.postal_code, a.postal_code) END,
        phone = CASE WHEN 'phone' = ANY (update_address.given) THEN update_address.phone ELSE coalesce(
            update_address.phone, a.phone
        ) END, is_default = coalesce(update_address.is_default, a.is_default), version = a.version + 1
    WHERE a.id = update_address.address_id
    RETURNING a.* INTO v_address;
    IF v_address.tax_id IS DISTINCT FROM v_before.tax_id THEN
        PERFORM identity.watch_tax_ids(v_actor);
    END IF;
    RETURN api.render_address(v_address);
END $$;

COMMENT ON FUNCTION api.update_address IS
'Change an address

Fields that are left out stay; null clears line2, region, postal_code, phone and tax_id.
Orders keep the address as it was.';

GRANT EXECUTE ON FUNCTION api.update_address TO app_customer;
