-- The transfers to make, for a file that the bank accepts. The web tier writes the file (api/handlers/payout_files.py).
-- Errors: currency_unknown, currency_required, currency_not_supported 422; nothing_to_transfer, seller_iban_missing
--         409.
CREATE FUNCTION api.export_payouts(format api.payout_format DEFAULT 'csv', currency api.currency DEFAULT NULL)
RETURNS api.payout_file
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor      CONSTANT uuid := identity.authenticate();
    v_seller     billing.sellers;
    v_transfers  api.outgoing_transfer[];
    v_currencies text[];
BEGIN
    IF export_payouts.currency IS NOT NULL THEN
        PERFORM catalog.require_currency(export_payouts.currency);
    END IF;
    SELECT * INTO STRICT v_seller FROM billing.sellers AS s ORDER BY s.version DESC LIMIT 1;
    v_seller.iban := replace(v_seller.iban, ' ', '');
    SELECT coalesce(array_agg(ROW(t.payout_id, t.source, t.holder, t.iban, t.bic, t.amount,
                                  round(t.amount / 10::numeric ^ t.minor_units, t.minor_units)::text,
                                  t.currency)::api.outgoing_transfer
                              ORDER BY t.payout_id), '{}'),
           array_agg(DISTINCT t.currency)
    INTO STRICT v_transfers, v_currencies
    FROM payments.list_transfers(export_payouts.currency) AS t;

    IF export_payouts.format = 'pain001' THEN
        IF v_currencies IS NULL THEN
            RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'nothing_to_transfer',
                MESSAGE = 'There are no transfers to make.';
        ELSIF cardinality(v_currencies) > 1 THEN
            RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'currency_required',
                MESSAGE = 'A file for the bank has one currency.', HINT = 'Ask for one file per `currency`.',
                DETAIL = json_build_object('currencies', v_currencies)::text;
        ELSIF (SELECT c.minor_units FROM catalog.currencies AS c WHERE c.code = v_currencies[1]) <> 2 THEN
            RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'currency_not_supported',
                MESSAGE = format('%s cannot be written as pain.001 here.', v_currencies[1]),
                HINT = 'Use format=csv.';
        ELSIF NOT coalesce(payments.is_iban(v_seller.iban), false) THEN
            RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'seller_iban_missing',
                MESSAGE = 'The shop''s own IBAN is missing or not valid.', HINT = 'Set it: PUT /admin/seller.';
        END IF;
    END IF;
    RETURN ROW(export_payouts.format, v_seller.name, v_seller.iban, v_currencies[1], current_date,
               v_transfers)::api.payout_file;
END $$;

COMMENT ON FUNCTION api.export_payouts IS
'Export the transfers to make

Pending payouts and withdrawals, without those of suspended accounts and of accounts that are no longer merchants, as
CSV or as ISO 20022 pain.001.001.09 with one currency a file. A transfer stays in the file until it is confirmed or
reported as failed, so do that before you export again; its end-to-end id is the id of the payout without dashes.';

GRANT EXECUTE ON FUNCTION api.export_payouts TO app_admin;
