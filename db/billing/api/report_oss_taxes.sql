-- What a shop in the EU declares in the Union scheme of the One Stop Shop (directive 2006/112/EC, articles 369a to
-- 369k): sales to consumers of other member states, at the rates of those.
-- Errors: quarter_malformed 422; oss_not_available 409.
CREATE DOMAIN api.quarter AS text CONSTRAINT quarter_malformed CHECK (VALUE ~ '^2[0-9]{3}-Q[1-4]$');
COMMENT ON DOMAIN api.quarter IS 'A quarter, such as 2026-Q4.
Example: "2026-Q1"';

CREATE DOMAIN api.supply AS text CONSTRAINT supply_unknown CHECK (VALUE = ANY (ARRAY['goods', 'services']));
COMMENT ON DOMAIN api.supply IS 'goods, with their shipping, or services: what is not shipped.';

CREATE TYPE api.oss_row AS (
    country api.country, delivered_to api.country, supply api.supply, name text, rate numeric, currency api.currency,
    minor_units integer, basis bigint, tax bigint
);
COMMENT ON COLUMN api.oss_row.country IS 'Whose tax it is.';
COMMENT ON COLUMN api.oss_row.delivered_to IS 'Of the home country''s tax: where the buyer is. Null otherwise.';
COMMENT ON COLUMN api.oss_row.name IS 'Of the tax. Null: a document of an older version does not name it.';
COMMENT ON COLUMN api.oss_row.rate IS 'Per cent.';
CREATE TYPE api.oss_correction AS (
    quarter api.quarter, country api.country, currency api.currency, minor_units integer, basis bigint, tax bigint
);
COMMENT ON COLUMN api.oss_correction.quarter IS 'The quarter whose invoices were corrected; below zero: given back.';
CREATE TYPE api.oss_report AS (
    quarter api.quarter, "from" date, "to" date, time_zone text, home_country api.country, data api.oss_row[],
    corrections api.oss_correction[], home api.oss_row[]
);
COMMENT ON COLUMN api.oss_report.home IS
'Apart: sales to consumers at the rates of the home country, which are declared there.';

CREATE FUNCTION api.report_oss_taxes(quarter api.quarter DEFAULT NULL)
RETURNS api.oss_report
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor  CONSTANT uuid := identity.authenticate();
    v_home   record;
    v_report api.oss_report;
BEGIN
    SELECT h.* INTO STRICT v_home FROM sales.tax_home() AS h;
    SELECT s.time_zone INTO STRICT v_report.time_zone FROM sales.settings AS s;
    v_report."from" := coalesce(
        make_date(left(report_oss_taxes.quarter, 4)::integer, 3 * right(report_oss_taxes.quarter, 1)::integer - 2, 1),
        date_trunc('quarter', now() AT TIME ZONE v_report.time_zone - interval '3 months')::date);
    v_report."to" := (v_report."from" + interval '3 months')::date - 1;
    v_report.quarter := to_char(v_report."from", 'YYYY-"Q"Q');
    v_report.home_country := v_home.country;
    IF NOT coalesce(catalog.in_eu_vat_area(v_home.country, v_home.region, v_report."to"::timestamptz), false) THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'oss_not_available',
            MESSAGE = 'The Union scheme is for shops that are taxed in a member state of the EU.',
            HINT = 'The country is the setting tax_country, or else the seller''s.';
    END IF;
    WITH sold AS (
        SELECT to_char(t.corrects, 'YYYY-"Q"Q') AS quarter, t.country::text AS country, t.delivered_to, x.supply,
               t.name, trim_scale(t.rate) AS rate, t.currency, t.minor_units, x.basis * s.sign AS basis,
               x.tax * s.sign AS tax
        FROM billing.tax_totals AS t
        CROSS JOIN LATERAL (SELECT CASE t.kind WHEN 'credit_note' THEN -1 ELSE 1 END AS sign) AS s
        CROSS JOIN LATERAL (VALUES
            ('goods', t.basis - t.services_basis, t.amount - t.services_amount),
            ('services', t.services_basis, t.services_amount)
        ) AS x (supply, basis, tax)
        WHERE t.day BETWEEN v_report."from" AND v_report."to" AND t.category = 'S' AND (x.basis, x.tax) <> (0, 0)
          -- Other member states' tax is never charged to businesses (sales.treat_category).
          AND (t.country = v_home.country AND NOT t.business OR t.country <> v_home.country AND t.eu)
    ), figures AS (
        SELECT s.country,
               CASE s.country WHEN v_home.country THEN coalesce(s.delivered_to, s.country) END AS delivered_to,
               s.supply, s.name, s.rate, s.currency, s.minor_units, sum(s.basis)::bigint AS basis,
               sum(s.tax)::bigint AS tax
        FROM sold AS s
        -- At home a correction counts when it is made; in the One Stop Shop it names the quarter that it corrects.
        WHERE s.country = v_home.country OR s.quarter = v_report.quarter
        GROUP BY 1, 2, 3, 4, 5, 6, 7
    ), corrections AS (
        SELECT s.quarter, s.country, s.currency, s.minor_units, sum(s.basis)::bigint AS basis, sum(s.tax)::bigint AS tax
        FROM sold AS s WHERE s.country <> v_home.country AND s.quarter <> v_report.quarter
        GROUP BY s.quarter, s.country, s.currency, s.minor_units
    )
    SELECT coalesce((SELECT array_agg(f::api.oss_row ORDER BY f.country, f.supply, f.rate, f.name, f.currency)
                     FROM figures AS f WHERE f.country <> v_home.country), '{}'),
           coalesce((SELECT array_agg(c::api.oss_correction ORDER BY c.quarter, c.country, c.currency)
                     FROM corrections AS c), '{}'),
           coalesce((SELECT array_agg(f::api.oss_row ORDER BY f.delivered_to, f.supply, f.rate, f.name, f.currency)
                     FROM figures AS f WHERE f.country = v_home.country), '{}')
    INTO v_report.data, v_report.corrections, v_report.home;
    RETURN v_report;
END $$;

COMMENT ON FUNCTION api.report_oss_taxes IS
'Taxes for the One Stop Shop

Of a quarter, by default the last whole one in the shop''s time zone: sales to consumers of other member states of the
EU by country, rate, and goods or services; what corrects earlier quarters, with their names; and, apart, sales to
consumers at the home country''s rates. Credit notes of the same quarter are subtracted. Amounts are in the currencies
of the sales; the return wants them at the rates that the ECB publishes for the last day of the quarter. A country in
which the shop is registered otherwise is declared there, not in the One Stop Shop.';

GRANT EXECUTE ON FUNCTION api.report_oss_taxes TO app_admin;
