-- Where a payer may be sent after the payment: an address of https (http on this machine) whose origin is the shop's
-- own or one of the settings' return_origins. Else our page would lead people anywhere (CWE-601). Returns it as it is;
-- NULL for NULL.
-- Arguments: public_url, the address of the web tier that the request came to.
-- Callers:   api.begin_payment, api.begin_deposit.
-- Errors:    return_url_refused 422.
CREATE OR REPLACE FUNCTION payments.require_return_url(return_url text, public_url text)
RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_origin  text;
    v_refusal text;
BEGIN
    IF require_return_url.return_url IS NULL THEN
        RETURN NULL;
    END IF;
    IF char_length(require_return_url.return_url) <= 2000 THEN
        v_origin := payments.origin_of(require_return_url.return_url);
    END IF;
    IF v_origin IS NULL THEN
        v_refusal := 'return_url must be a complete address such as https://shop.example/thanks, without a user name '
            || 'and of at most 2,000 characters.';
    ELSIF v_origin !~ '^(https://|http://(localhost|127\.0\.0\.1|\[::1\])(:[0-9]+)?$)' THEN
        v_refusal := 'return_url must begin with https://.';
    ELSIF require_return_url.return_url ~* '[?&](payment_id|status)(=|&|#|$)' THEN
        v_refusal := 'return_url must not have the parameters payment_id and status: they are added to it.';
    -- #:~: makes the browser search the page for a text.
    ELSIF strpos(require_return_url.return_url, ':~:') > 0 THEN
        v_refusal := 'return_url must not have a fragment directive.';
    ELSIF v_origin IS DISTINCT FROM payments.origin_of(require_return_url.public_url)
        AND NOT EXISTS (SELECT FROM sales.settings AS s WHERE v_origin = ANY (s.return_origins))
    THEN
        v_refusal := 'The origin of return_url is not allowed.';
    END IF;
    IF v_refusal IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'return_url_refused', MESSAGE = v_refusal,
            HINT = 'An administrator allows origins in the setting return_origins.';
    END IF;
    RETURN require_return_url.return_url;
END $$;

GRANT EXECUTE ON FUNCTION payments.require_return_url TO store_api;
