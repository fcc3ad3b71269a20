-- depends: 0074.xrechnung
-- The taxes of documents in sums, which tax reports read: a quarter of a large shop has more documents than a request
-- has time to add up. A document is issued while this runs or waits for it, and is counted once: the trigger locks the
-- table of the documents' taxes against writers until the sums of what is there are made. Nobody else waits: invoices
-- are issued by the worker, seconds after the payment. It counts what the version before issues, too.
CREATE TABLE billing.tax_totals (
    day             date NOT NULL,           -- of the documents, in the time zone that each was issued in
    key             uuid NOT NULL,           -- of the columns up to `eu` (a reason may be too long for an index)
    kind            text NOT NULL
                    CONSTRAINT total_kind_unknown CHECK (kind IN ('invoice', 'credit_note', 'debit_note')),
    corrects        date NOT NULL,           -- the month of the order's invoice; its first day
    currency        char(3) NOT NULL,
    minor_units     smallint NOT NULL,
    category        text NOT NULL,
    country         char(2),
    region          text,
    name            text,
    rate            numeric(7, 4) NOT NULL,
    reason_code     text,
    reason          text,
    delivered_to    text,                    -- the buyer's country
    business        boolean NOT NULL,        -- the buyer has a tax id
    eu              boolean NOT NULL,        -- a tax of the EU's VAT area, as that was on the day
    documents       bigint NOT NULL,         -- each counts in the row of its first tax, as do the next two
    turnover        bigint NOT NULL,
    document_tax    bigint NOT NULL,
    basis           bigint NOT NULL,
    amount          bigint NOT NULL,
    shipping_basis  bigint NOT NULL,         -- of basis and amount: the shipping's
    shipping_amount bigint NOT NULL,
    services_basis  bigint NOT NULL,         -- of basis and amount: of what is not shipped
    services_amount bigint NOT NULL,
    PRIMARY KEY (day, key)
) WITH (fillfactor = 50);                    -- rows of today change with each document
ALTER TABLE billing.tax_totals ENABLE ROW LEVEL SECURITY;

-- db/billing/routines has the living copies of these functions.
CREATE OR REPLACE FUNCTION billing.sum_taxes(documents uuid[])
RETURNS SETOF billing.tax_totals
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    WITH documents AS MATERIALIZED (
        SELECT i.id, (i.created_at AT TIME ZONE i.time_zone)::date AS day, i.kind,
               date_trunc('month', o.created_at AT TIME ZONE o.time_zone)::date AS corrects, i.currency,
               i.minor_units, i.buyer ->> 'country' AS delivered_to, (i.buyer ->> 'tax_id') IS NOT NULL AS business,
               coalesce(i.tax_region, '') AS tax_region, (i.created_at AT TIME ZONE 'Europe/Brussels')::date AS eu_day,
               i.total - i.tax AS turnover, i.tax
        FROM unnest(sum_taxes.documents) AS u (id)
        JOIN billing.invoices AS i ON i.id = u.id
        JOIN billing.invoices AS o ON o.order_id = i.order_id AND o.kind = 'invoice'
    ), services AS MATERIALIZED (    -- what is not shipped, of what is taxed
        SELECT x.id, x.country, x.region, x.name, x.rate, sum(x.basis) AS basis, sum(x.amount) AS amount
        FROM (
            SELECT d.id, t.tax ->> 'country' AS country, t.tax ->> 'region' AS region, t.tax ->> 'name' AS name,
                   (t.tax ->> 'rate')::numeric(7, 4) AS rate, (t.tax ->> 'amount')::bigint AS amount,
                   l.total - l.tax
                   + CASE WHEN t.tax ->> 'combine' = 'compound'
                          THEN coalesce(sum((t.tax ->> 'amount')::bigint) OVER before, 0) ELSE 0 END AS basis
            FROM documents AS d
            JOIN billing.invoice_items AS l ON l.invoice_id = d.id AND l.tax_category = 'S'
            JOIN sales.order_items AS s ON s.id = l.order_item_id AND NOT s.requires_shipping
            CROSS JOIN LATERAL jsonb_array_elements(l.taxes) WITH ORDINALITY AS t (tax, n)
            WINDOW before AS (PARTITION BY d.id, l.position ORDER BY t.n
                              ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
            UNION ALL
            SELECT d.id, NULL, NULL, NULL, l.tax_rate, l.tax, l.total - l.tax    -- from before taxes had names
            FROM documents AS d
            JOIN billing.invoice_items AS l ON l.invoice_id = d.id AND l.tax_category = 'S' AND l.taxes = '[]'
            JOIN sales.order_items AS s ON s.id = l.order_item_id AND NOT s.requires_shipping
        ) AS x
        GROUP BY x.id, x.country, x.region, x.name, x.rate
    ), taxed AS MATERIALIZED (
        SELECT d.*, t.position, t.category, t.country, t.region, t.name, t.rate, t.reason_code, t.reason, t.basis,
               t.amount, t.shipping_basis, t.shipping_amount
        FROM documents AS d JOIN billing.invoice_taxes AS t ON t.invoice_id = d.id
    ), areas AS MATERIALIZED (
        SELECT a.*, EXISTS (    -- catalog.in_eu_vat_area
                   SELECT FROM catalog.countries AS c
                   JOIN catalog.countries AS m ON m.code = coalesce(c.taxed_as, c.code)
                   LEFT JOIN catalog.regions AS r ON r.code = a.tax_region AND r.country = c.code
                   WHERE c.code = a.country AND a.eu_day >= m.eu_since
                     AND (a.eu_day < coalesce(m.eu_until, 'infinity')
                          OR c.code = 'GB' AND 'GB-NIR' IN (r.code, r.parent))
                     AND NOT coalesce(r.outside_eu_vat, false)) AS eu
        FROM (SELECT DISTINCT t.country, t.tax_region, t.eu_day FROM taxed AS t WHERE t.category = 'S') AS a
    ), single AS (
        SELECT t.*, coalesce(a.eu, false) AS eu, coalesce(s.basis, 0) AS services_basis,
               coalesce(s.amount, 0) AS services_amount
        FROM taxed AS t
        LEFT JOIN areas AS a
            ON t.category = 'S' AND a.country = t.country AND a.tax_region = t.tax_region AND a.eu_day = t.eu_day
        LEFT JOIN services AS s
            ON t.category = 'S' AND s.id = t.id AND s.rate = t.rate AND s.name IS NOT DISTINCT FROM t.name
               AND (s.name IS NULL OR (s.country, s.region) IS NOT DISTINCT FROM (t.country::text, t.region))
    )
    SELECT s.day,
           md5(jsonb_build_array(s.kind, s.corrects, s.currency, s.minor_units, s.category, s.country, s.region, s.name,
                                 s.rate, s.reason_code, s.reason, s.delivered_to, s.business, s.eu)::text)::uuid,
           s.kind, s.corrects, s.currency, s.minor_units, s.category, s.country, s.region, s.name, s.rate,
           s.reason_code, s.reason, s.delivered_to, s.business, s.eu,
           -- Each document counts once, in the row of its first tax.
           count(*) FILTER (WHERE s.position = 1), coalesce(sum(s.turnover) FILTER (WHERE s.position = 1), 0)::bigint,
           coalesce(sum(s.tax) FILTER (WHERE s.position = 1), 0)::bigint,
           sum(s.basis)::bigint, sum(s.amount)::bigint, sum(s.shipping_basis)::bigint,
           sum(s.shipping_amount)::bigint, sum(s.services_basis)::bigint, sum(s.services_amount)::bigint
    FROM single AS s
    GROUP BY s.day, s.kind, s.corrects, s.currency, s.minor_units, s.category, s.country, s.region, s.name, s.rate,
             s.reason_code, s.reason, s.delivered_to, s.business, s.eu;
$$;

CREATE OR REPLACE FUNCTION billing.total_taxes(documents uuid[])
RETURNS void
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO billing.tax_totals AS t
    SELECT s.* FROM billing.sum_taxes(total_taxes.documents) AS s ORDER BY s.day, s.key
    ON CONFLICT (day, key) DO UPDATE
    SET documents = t.documents + excluded.documents, turnover = t.turnover + excluded.turnover,
        document_tax = t.document_tax + excluded.document_tax, basis = t.basis + excluded.basis,
        amount = t.amount + excluded.amount, shipping_basis = t.shipping_basis + excluded.shipping_basis,
        shipping_amount = t.shipping_amount + excluded.shipping_amount,
        services_basis = t.services_basis + excluded.services_basis,
        services_amount = t.services_amount + excluded.services_amount;
$$;

CREATE OR REPLACE FUNCTION billing.total_new_taxes()
RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM billing.total_taxes(ARRAY(SELECT DISTINCT n.invoice_id FROM new_rows AS n));
    RETURN NULL;
END $$;

CREATE TRIGGER total_taxes AFTER INSERT ON billing.invoice_taxes
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION billing.total_new_taxes();

DO $$
DECLARE
    v_documents uuid[];
BEGIN
    FOR v_documents IN
        SELECT array_agg(i.id)
        FROM (SELECT v.id, row_number() OVER (ORDER BY v.id) / 20000 AS part FROM billing.invoices AS v) AS i
        GROUP BY i.part ORDER BY i.part
    LOOP
        PERFORM billing.total_taxes(v_documents);
    END LOOP;
END $$;
