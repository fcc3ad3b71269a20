-- The taxes of the documents of a period, for tax returns.
-- Errors: period_invalid, period_too_long 422.
CREATE DOMAIN api.tax_period AS text CONSTRAINT tax_period_unknown CHECK (VALUE = ANY (ARRAY['month', 'quarter']));
COMMENT ON DOMAIN api.tax_period IS 'month or quarter.';
CREATE DOMAIN api.tax_report_format AS text
    CONSTRAINT tax_report_format_unknown CHECK (VALUE = ANY (ARRAY['json', 'csv']));
COMMENT ON DOMAIN api.tax_report_format IS 'json, or csv: a file with a line for each row of data.';

CREATE TYPE api.tax_report_row AS (
    "from" date, "to" date, country api.country, region text, category api.tax_treatment, name text, rate numeric,
    reason_code text, reason text, currency api.currency, minor_units integer, sales_basis bigint, sales_tax bigint,
    shipping_basis bigint, shipping_tax bigint, refunds_basis bigint, refunds_tax bigint, shipping_refunds_basis bigint,
    shipping_refunds_tax bigint, basis bigint, tax bigint, earlier_basis bigint, earlier_tax bigint
);
COMMENT ON COLUMN api.tax_report_row.country IS 'Whose tax it is. Null: it is not known.';
COMMENT ON COLUMN api.tax_report_row.region IS
'ISO 3166-2: of a tax of the region; of what is not taxed, the destination, outside of the EU. Null otherwise.';
COMMENT ON COLUMN api.tax_report_row.name IS
'Of the tax. Null: none is charged, or a document of an older version does not name it.';
COMMENT ON COLUMN api.tax_report_row.rate IS 'Per cent.';
COMMENT ON COLUMN api.tax_report_row.reason_code IS
'Of the VATEX code list. Null where tax is charged, or no code says why.';
COMMENT ON COLUMN api.tax_report_row.reason IS 'Why no tax is charged. Null where it is, or nothing says why.';
COMMENT ON COLUMN api.tax_report_row.sales_basis IS
'Of the goods on invoices, what the tax is computed from. A line with several taxes counts in the row of each.';
COMMENT ON COLUMN api.tax_report_row.shipping_basis IS 'Of the shipping on invoices.';
COMMENT ON COLUMN api.tax_report_row.refunds_basis IS
'Of the goods on credit notes, minus the debit notes that cancel credit notes.';
COMMENT ON COLUMN api.tax_report_row.basis IS 'Sales and shipping minus refunds; tax likewise.';
COMMENT ON COLUMN api.tax_report_row.earlier_tax IS
'The part of the refunds'' tax, shipping included, that corrects invoices of earlier periods.';

CREATE TYPE api.tax_report_total AS (
    currency api.currency, minor_units integer, documents bigint, turnover bigint, tax bigint, booked bigint
);
COMMENT ON COLUMN api.tax_report_total.turnover IS 'The documents without their taxes; credit notes count negatively.';
COMMENT ON COLUMN api.tax_report_total.tax IS 'The sum of the rows.';
COMMENT ON COLUMN api.tax_report_total.booked IS 'What the ledger has of these documents in the account tax.';

CREATE TYPE api.tax_report AS (
    "from" date, "to" date, period api.tax_period, time_zone text, format api.tax_report_format,
    data api.tax_report_row[], totals api.tax_report_total[], reconciled boolean
);
COMMENT ON COLUMN api.tax_report.reconciled IS
'Whether rows, documents and ledger have the same tax in every currency. If not, do not file it: `storeproc check`.';

CREATE FUNCTION api.report_taxes(
    "from" date DEFAULT NULL, "to" date DEFAULT NULL, period api.tax_period DEFAULT 'quarter',
    format api.tax_report_format DEFAULT 'json'
)
RETURNS api.tax_report
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor  CONSTANT uuid := identity.authenticate();
    v_zone   CONSTANT text := (SELECT s.time_zone FROM sales.settings AS s);
    v_days   CONSTANT daterange := billing.tax_period(report_taxes."from", report_taxes."to", v_zone);
    v_report api.tax_report;
BEGIN
    v_report := ROW(lower(v_days), upper(v_days) - 1, report_taxes.period, v_zone, report_taxes.format,
                    ARRAY[]::api.tax_report_row[], ARRAY[]::api.tax_report_total[], false);
    WITH counted AS MATERIALIZED (
        SELECT t.*, CASE t.kind WHEN 'invoice' THEN 0 WHEN 'credit_note' THEN 1 ELSE -1 END AS back,    -- 0: a sale
               CASE t.kind WHEN 'credit_note' THEN -1 ELSE 1 END AS sign,
               greatest(d.first_day, v_report."from") AS first_day,
               least((d.first_day + CASE report_taxes.period WHEN 'month' THEN interval '1 month'
                                    ELSE interval '3 months' END)::date - 1, v_report."to") AS last_day,
               date_trunc(report_taxes.period, t.corrects::timestamp)::date < d.first_day AS earlier
        FROM billing.tax_totals AS t
        CROSS JOIN LATERAL (SELECT date_trunc(report_taxes.period, t.day::timestamp)::date AS first_day) AS d
        WHERE t.day BETWEEN v_report."from" AND v_report."to"
    ), figures AS (
        SELECT t.first_day, t.last_day, t.country, t.region, t.category, t.name, trim_scale(t.rate) AS rate,
               t.reason_code, t.reason, t.currency, t.minor_units,
               coalesce(sum(t.basis - t.shipping_basis) FILTER (WHERE t.back = 0), 0)::bigint AS sales_basis,
               coalesce(sum(t.amount - t.shipping_amount) FILTER (WHERE t.back = 0), 0)::bigint AS sales_tax,
               coalesce(sum(t.shipping_basis) FILTER (WHERE t.back = 0), 0)::bigint AS shipping_basis,
               coalesce(sum(t.shipping_amount) FILTER (WHERE t.back = 0), 0)::bigint AS shipping_tax,
               sum(t.back * (t.basis - t.shipping_basis))::bigint AS refunds_basis,
               sum(t.back * (t.amount - t.shipping_amount))::bigint AS refunds_tax,
               sum(t.back * t.shipping_basis)::bigint AS shipping_refunds_basis,
               sum(t.back * t.shipping_amount)::bigint AS shipping_refunds_tax,
               sum(t.basis * t.sign)::bigint AS basis, sum(t.amount * t.sign)::bigint AS tax,
               coalesce(sum(t.back * t.basis) FILTER (WHERE t.earlier), 0)::bigint AS earlier_basis,
               coalesce(sum(t.back * t.amount) FILTER (WHERE t.earlier), 0)::bigint AS earlier_tax
        FROM counted AS t
        GROUP BY t.first_day, t.last_day, t.country, t.region, t.category, t.name, t.rate, t.reason_code, t.reason,
                 t.currency, t.minor_units
    ), totals AS (
        SELECT d.*, coalesce(b.amount, 0) AS booked, d.tax = coalesce(b.amount, 0) AS agree
        FROM (
            SELECT t.currency, t.minor_units, sum(t.documents)::bigint AS documents,
                   sum(t.turnover * t.sign)::bigint AS turnover, sum(t.document_tax * t.sign)::bigint AS tax
            FROM counted AS t
            GROUP BY t.currency, t.minor_units
        ) AS d
        LEFT JOIN billing.booked_taxes(v_report."from", v_report."to", v_zone) AS b ON b.currency = d.currency
    )
    SELECT coalesce((SELECT array_agg(f::api.tax_report_row ORDER BY f.first_day, f.country, f.region NULLS FIRST,
                                      f.currency, f.category, f.rate, f.name, f.reason_code, f.reason)
                     FROM figures AS f), '{}'),
           coalesce((SELECT array_agg(ROW(t.currency, t.minor_units, t.documents, t.turnover, t.filed,
                                          t.booked)::api.tax_report_total ORDER BY t.currency) FROM (
               SELECT x.*, coalesce((SELECT sum(f.tax) FROM figures AS f WHERE f.currency = x.currency), 0)::bigint
                           AS filed
               FROM totals AS x) AS t), '{}'),
           coalesce((SELECT bool_and(t.agree AND t.tax = coalesce((SELECT sum(f.tax) FROM figures AS f
                                                                   WHERE f.currency = t.currency), 0))
                     FROM totals AS t), true)
    INTO v_report.data, v_report.totals, v_report.reconciled;
    RETURN v_report;
END $$;

COMMENT ON FUNCTION api.report_taxes IS
'Taxes to file

What the documents of the days from `from` to `to` (both included, in the shop''s time zone) say of taxes, by month or
quarter, country, region, rate and reason; by default the last whole quarter. A document counts on the day it was
issued; a credit note is a correction in its own period. Compare `totals` with your accounts: `reconciled` says whether
rows, documents and ledger agree. `format=csv` is a file, with amounts in units of the currency.';

GRANT EXECUTE ON FUNCTION api.report_taxes TO app_admin;
