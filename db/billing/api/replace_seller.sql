-- Adds a new version of the seller. Orders that were placed before keep the version they were sold under.
-- Locks:  none; the version's unique key refuses a second writer.
-- Errors: confirmation_required 403; version_stale 412; iban_invalid, country_unknown, seller_country_missing 422;
--         seller_changed_meanwhile, e_invoice_seller_incomplete 409.
CREATE FUNCTION api.replace_seller(
    name api.short_text, email api.email DEFAULT NULL, phone api.short_text DEFAULT NULL,
    line1 api.short_text DEFAULT NULL, line2 api.short_text DEFAULT NULL, postal_code api.short_text DEFAULT NULL,
    city api.short_text DEFAULT NULL, region api.short_text DEFAULT NULL, country api.country DEFAULT NULL,
    registration api.short_text DEFAULT NULL, vat_id api.short_text DEFAULT NULL,
    tax_number api.short_text DEFAULT NULL, iban api.short_text DEFAULT NULL, bic api.bic DEFAULT NULL,
    account_holder api.short_text DEFAULT NULL, exemption api.short_text DEFAULT NULL,
    e_invoice boolean DEFAULT NULL, if_match bigint DEFAULT NULL)
RETURNS api.seller
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor   CONSTANT uuid := identity.authenticate();
    -- People write it in groups of four.
    v_iban    CONSTANT text := upper(replace(replace_seller.iban, ' ', ''));
    v_version bigint;
    v_seller  billing.sellers;
BEGIN
    PERFORM identity.require_fresh();
    PERFORM catalog.require_country(replace_seller.country);
    SELECT max(s.version) INTO STRICT v_version FROM billing.sellers AS s;
    IF replace_seller.if_match <> v_version THEN
        RAISE EXCEPTION USING ERRCODE = 'SH412', CONSTRAINT = 'version_stale',
            MESSAGE = 'The seller has changed since you read it.', HINT = 'Read it again.';
    END IF;
    IF v_iban IS NOT NULL AND NOT payments.is_iban(v_iban) THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'iban_invalid', MESSAGE = 'This is not an IBAN.',
            HINT = 'Compare it with a statement of the bank: a digit is wrong or missing.';
    END IF;
    IF num_nonnulls(replace_seller.vat_id, replace_seller.tax_number) > 0 AND replace_seller.country IS NULL
        AND (SELECT s.tax_country IS NULL FROM sales.settings AS s)
    THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'seller_country_missing',
            MESSAGE = 'A seller that is registered for tax needs a country: without it no order can be taxed.',
            HINT = 'Send country, or set tax_country (PATCH /admin/settings) first.';
    END IF;
    INSERT INTO billing.sellers (version, name, email, phone, line1, line2, postal_code, city, region, country,
                                 registration, vat_id, tax_number, iban, bic, account_holder, exemption, e_invoice,
                                 created_by)
    VALUES (v_version + 1, replace_seller.name, replace_seller.email, replace_seller.phone, replace_seller.line1,
            replace_seller.line2, replace_seller.postal_code, replace_seller.city, replace_seller.region,
            replace_seller.country, replace_seller.registration, replace_seller.vat_id, replace_seller.tax_number,
            v_iban, upper(replace_seller.bic), replace_seller.account_holder, replace_seller.exemption,
            replace_seller.e_invoice, v_actor)
    RETURNING * INTO STRICT v_seller;
    RETURN api.render_seller(v_seller);
END $$;

COMMENT ON FUNCTION api.replace_seller IS
'Change the seller

For orders that are placed from now on, and their invoices. `e_invoice` puts Factur-X (EN 16931) into the PDF; by
default it is there if the seller''s country requires it. `exemption` is stated on documents from before there were
rules of tax exemption (`POST /admin/tax-exemptions`), and on no others.

Customers who pay by bank transfer are told `iban`, `bic` and `account_holder` (by default `name`). Without `iban` they
get no instructions.';

GRANT EXECUTE ON FUNCTION api.replace_seller TO app_admin;
