-- The XRechnung of a document. Not an endpoint.
-- Callers:   api.get_credit_note_xml, api.get_invoice_xml.
-- Errors:    invoice_not_ready, xrechnung_not_found 404; staff are told what is missing.
CREATE FUNCTION api.find_xrechnung(document billing.invoices)
RETURNS api.invoice_xml
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_file  billing.invoice_files;
    v_lacks CONSTANT text[] := billing.xrechnung_lacks(document);
BEGIN
    SELECT * INTO v_file FROM billing.invoice_files AS f WHERE f.invoice_id = document.id;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'invoice_not_ready',
            MESSAGE = 'This document is not ready yet.', HINT = 'Try again in a few seconds.',
            DETAIL = '{"retry_after": 2}';
    ELSIF v_file.xrechnung IS NULL AND v_lacks <> '{}' AND identity.is_staff() THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'xrechnung_not_found',
            MESSAGE = 'This document could not be made as XRechnung.',
            HINT = format('When it was issued, this was missing: %s.', array_to_string(v_lacks, ', ')),
            DETAIL = jsonb_build_object('missing', v_lacks)::text;
    ELSIF v_file.xrechnung IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'xrechnung_not_found',
            MESSAGE = 'This document does not exist as XRechnung.',
            HINT = 'XRechnung is made for orders with a buyer_reference, such as a Leitweg-ID.';
    END IF;
    RETURN ROW(document.number, encode(sha256(convert_to(v_file.xrechnung, 'UTF8')), 'hex'),
               v_file.xrechnung)::api.invoice_xml;
END $$;
