-- The taxes of the documents of a period, for tax returns.
-- Errors: period_invalid, period_too_long 422.
CREATE DOMAIN api.tax_period AS text CONSTRAINT tax_period_unknown CHECK (VALUE = ANY (ARRAY['month', 'quarter']));
COMMENT ON DOMAIN api.tax_period IS 'month or quarter.';
CREATE DOMAIN api.tax_report_format AS text
    CONSTRAINT tax_report_format_unknown CHECK (VALUE = ANY (ARRAY['json', 'csv']));
COMMENT ON DOMAIN api.tax_report_format IS 'json, or csv: a file with a line for each row of data.';

CREATE TYPE api.tax_report_row AS (
    "from" date, "to" date, country text, region text, category text, name text, rate numeric, reason_code text,
    reason text, currency text, minor_units integer, sales_basis bigint, sales_tax bigint, shipping_basis bigint,
    shipping_tax bigint, refunds_basis bigint, refunds_tax bigint, shipping_refunds_basis bigint,
    shipping_refunds_tax bigint, basis bigint, tax bigint, earlier_basis bigint, earlier_tax bigint
);
COMMENT ON COLUMN api.tax_report_row.country IS 'Whose tax it is; null: unknown.';
COMMENT ON COLUMN api.tax_report_row.region IS
'ISO 3166-2: of a tax of the region; of what is not taxed, the destination, outside of the EU.';
COMMENT ON COLUMN api.tax_report_row.category IS 'UNTDID 5305, as on invoices.';
COMMENT ON COLUMN api.tax_report_row.sales_basis IS
'Of the goods on invoices, what the tax is computed from. A line with several taxes counts in the row of each.';
COMMENT ON COLUMN api.tax_report_row.shipping_basis IS 'Of the shipping on invoices.';
COMMENT ON COLUMN api.tax_report_row.refunds_basis IS
'Of the goods on credit notes, minus the debit notes that cancel credit notes.';
COMMENT ON COLUMN api.tax_report_row.basis IS 'Sales and shipping minus refunds; tax likewise.';
COMMENT ON COLUMN api.tax_report_row.earlier_tax IS
'The part of the refunds'' tax, shipping included, that corrects invoices of earlier periods.';

CREATE TYPE api.tax_report_total AS (
    currency text, minor_units integer, documents bigint, turnover bigint, tax bigint, booked bigint
);
COMMENT ON COLUMN api.tax_report_total.turnover IS 'The documents without their taxes; credit notes count negatively.';
COMMENT ON COLUMN api.tax_report_total.tax IS 'The sum of the rows.';
COMMENT ON COLUMN api.tax_report_total.booked IS 'What the ledger has of these documents in the account tax.';

CREATE TYPE api.tax_report AS (
    "from" date, "to" date, period text, time_zone text, format text, data api.tax_report_row[],
    totals api.tax_report_total[], reconciled boolean
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
    WITH documents AS MATERIALIZED (
        SELECT i.id, i.order_id, i.number, i.currency, i.minor_units, i.total - i.tax AS net, i.tax,
               CASE i.kind WHEN 'invoice' THEN 0 WHEN 'credit_note' THEN 1 ELSE -1 END AS back,    -- 0: a sale
               greatest(date_trunc(report_taxes.period, d.day::timestamp)::date, v_report."from") AS first_day,
               least((date_trunc(report_taxes.period, d.day::timestamp)
                      + CASE report_taxes.period WHEN 'month' THEN interval '1 month' ELSE interval '3 months' END
                     )::date - 1, v_report."to") AS last_day,
               date_trunc(report_taxes.period, (v.created_at AT TIME ZONE v.time_zone)::date::timestamp)
                   < date_trunc(report_taxes.period, d.day::timestamp) AS earlier
        FROM billing.documents_between(v_report."from", v_report."to") AS i
        CROSS JOIN LATERAL (SELECT (i.created_at AT TIME ZONE i.time_zone)::date AS day) AS d
        JOIN billing.invoices AS v ON v.order_id = i.order_id AND v.kind = 'invoice'
    ), figures AS (
        SELECT d.first_day, d.last_day, t.country, t.region, t.category, t.name, trim_scale(t.rate) AS rate,
               t.reason_code, t.reason, d.currency, d.minor_units,
               coalesce(sum(t.basis - t.shipping_basis) FILTER (WHERE d.back = 0), 0)::bigint AS sales_basis,
               coalesce(sum(t.amount - t.shipping_amount) FILTER (WHERE d.back = 0), 0)::bigint AS sales_tax,
               coalesce(sum(t.shipping_basis) FILTER (WHERE d.back = 0), 0)::bigint AS shipping_basis,
               coalesce(sum(t.shipping_amount) FILTER (WHERE d.back = 0), 0)::bigint AS shipping_tax,
               sum(d.back * (t.basis - t.shipping_basis))::bigint AS refunds_basis,
               sum(d.back * (t.amount - t.shipping_amount))::bigint AS refunds_tax,
               sum(d.back * t.shipping_basis)::bigint AS shipping_refunds_basis,
               sum(d.back * t.shipping_amount)::bigint AS shipping_refunds_tax,
               sum(t.basis * s.sign)::bigint AS basis, sum(t.amount * s.sign)::bigint AS tax,
               coalesce(sum(d.back * t.basis) FILTER (WHERE d.earlier), 0)::bigint AS earlier_basis,
               coalesce(sum(d.back * t.amount) FILTER (WHERE d.earlier), 0)::bigint AS earlier_tax
        FROM documents AS d JOIN billing.invoice_taxes AS t ON t.invoice_id = d.id
        CROSS JOIN LATERAL (SELECT CASE d.back WHEN 1 THEN -1 ELSE 1 END AS sign) AS s
        GROUP BY d.first_day, d.last_day, t.country, t.region, t.category, t.name, t.rate, t.reason_code, t.reason,
                 d.currency, d.minor_units
    ), totals AS (
        SELECT d.currency, d.minor_units, count(*) AS documents,
               sum(d.net * CASE d.back WHEN 1 THEN -1 ELSE 1 END)::bigint AS turnover,
               sum(d.tax * CASE d.back WHEN 1 THEN -1 ELSE 1 END)::bigint AS tax,
               sum(b.amount)::bigint AS booked,
               bool_and(b.amount = d.tax * CASE d.back WHEN 1 THEN -1 ELSE 1 END) AS agree
        FROM documents AS d
        -- By document: of a join the planner does not know how many there are, and would compare each with each.
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(CASE t.kind WHEN 'tax_returned' THEN -t.amount ELSE t.amount END), 0) AS amount
            FROM ledger.transfers AS t
            WHERE t.order_id = d.order_id AND t.reason = d.number AND t.currency = d.currency
              AND t.kind IN ('tax', 'tax_returned', 'tax_returned_reversed')
        ) AS b
        GROUP BY d.currency, d.minor_units
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
