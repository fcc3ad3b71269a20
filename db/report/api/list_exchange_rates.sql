-- Exchange rates, newest first, of one currency or all; with as_of those in force on that day.
-- Errors: cursor_invalid 422.
CREATE TYPE api.exchange_rate AS (
    currency api.currency, base api.currency, rate numeric, valid_from date, valid_until date, created_at timestamptz
);
COMMENT ON COLUMN api.exchange_rate.rate IS 'The value of one unit of currency in units of base.';
COMMENT ON COLUMN api.exchange_rate.base IS 'The reporting currency at the time when the rate was set.';
COMMENT ON COLUMN api.exchange_rate.valid_until IS
'The first day on which the rate is no longer in force. Null while it has no end.';
CREATE TYPE api.exchange_rate_page AS (data api.exchange_rate[], next_cursor text);

CREATE FUNCTION api.list_exchange_rates(
    currency api.currency DEFAULT NULL, as_of date DEFAULT NULL, "limit" api.page_limit DEFAULT 20,
    cursor api.page_cursor DEFAULT NULL
)
RETURNS api.exchange_rate_page
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
    v_after CONSTANT jsonb := messaging.decode_cursor(list_exchange_rates.cursor);
    v_rows  api.exchange_rate[];
BEGIN
    SELECT array_agg(ROW(q.currency, q.base, q.rate, lower(q.valid), upper(q.valid), q.created_at)::api.exchange_rate
                     ORDER BY lower(q.valid) DESC, q.currency, q.base)
    INTO v_rows
    FROM (
        SELECT * FROM report.exchange_rates AS x
        WHERE (list_exchange_rates.currency IS NULL OR x.currency = list_exchange_rates.currency::char(3))
          AND (list_exchange_rates.as_of IS NULL OR x.valid @> list_exchange_rates.as_of)
          AND (v_after IS NULL OR lower(x.valid) < (v_after ->> 'from')::date
               OR lower(x.valid) = (v_after ->> 'from')::date
                  AND (x.currency, x.base) > ((v_after ->> 'currency')::char(3), (v_after ->> 'base')::char(3)))
        ORDER BY lower(x.valid) DESC, x.currency, x.base LIMIT list_exchange_rates."limit" + 1
    ) AS q;
    RETURN ROW(
        coalesce(v_rows[1:list_exchange_rates."limit"], '{}'),
        CASE WHEN cardinality(v_rows) > list_exchange_rates."limit" THEN messaging.encode_cursor(jsonb_build_object(
            'from', (v_rows[list_exchange_rates."limit"]).valid_from,
            'currency', (v_rows[list_exchange_rates."limit"]).currency,
            'base', (v_rows[list_exchange_rates."limit"]).base)) END
    )::api.exchange_rate_page;
END $$;

COMMENT ON FUNCTION api.list_exchange_rates IS
'List exchange rates

Newest first; with `as_of` those in force on that day. They are used in reports only.';

GRANT EXECUTE ON FUNCTION api.list_exchange_rates TO app_admin;
