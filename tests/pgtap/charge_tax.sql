-- Taxes of an amount: several, compound, on top of the price or inside it, to the unit.
BEGIN;
SELECT plan(15);

CREATE FUNCTION pg_temp.rates(included boolean, VARIADIC texts text[]) RETURNS sales.tax_rates[] LANGUAGE sql AS $$
    SELECT array_agg(jsonb_populate_record(NULL::sales.tax_rates, jsonb_build_object(
               'name', 'T' || t.n, 'rate', rtrim(t.rate, 'c'), 'included', included,
               'combine', CASE WHEN t.rate LIKE '%c' THEN 'compound' ELSE 'add' END)) ORDER BY t.n)
    FROM unnest(texts) WITH ORDINALITY AS t (rate, n)
$$;

SELECT results_eq(
    $$SELECT tax, tax_rate, tax_included FROM sales.charge_tax(3500, pg_temp.rates(true, '19'))$$,
    $$VALUES (559::bigint, 19::numeric, true)$$, '19 % inside 35.00 are 5.59');
SELECT results_eq(
    $$SELECT tax, tax_rate FROM sales.charge_tax(100000, pg_temp.rates(false, '5', '9.975'))$$,
    $$VALUES (14975::bigint, 14.975::numeric)$$, 'Quebec: 149.75 on 1,000.00');
SELECT is(
    (SELECT taxes FROM sales.charge_tax(100000, pg_temp.rates(false, '5', '9.975'))),
    '[{"name": "T1", "rate": 5, "amount": 5000, "included": false},
      {"name": "T2", "rate": 9.975, "amount": 9975, "included": false}]'::jsonb, 'each with its name');
SELECT is(
    (SELECT taxes FROM sales.charge_tax(114975, pg_temp.rates(true, '5', '9.975'))),
    '[{"name": "T1", "rate": 5, "amount": 5000, "included": true},
      {"name": "T2", "rate": 9.975, "amount": 9975, "included": true}]'::jsonb, 'and the same inside 1,149.75');
SELECT results_eq(
    $$SELECT tax, tax_rate FROM sales.charge_tax(10000, pg_temp.rates(false, '5', '10c'))$$,
    $$VALUES (1550::bigint, 15.5::numeric)$$, 'a compound tax is charged on the price with the one before it');
SELECT results_eq(
    $$SELECT tax, taxes #>> '{1,combine}' FROM sales.charge_tax(11550, pg_temp.rates(true, '5', '10c'))$$,
    $$VALUES (1550::bigint, 'compound'::text)$$, 'inside the price as well');
SELECT results_eq(
    $$SELECT tax, tax_rate, tax_included, taxes FROM sales.charge_tax(500, '{}')$$,
    $$VALUES (0::bigint, 0::numeric, false, '[]'::jsonb)$$, 'no rate: no tax');
SELECT results_eq(
    $$SELECT tax, tax_included, taxes FROM sales.charge_tax(500, pg_temp.rates(true, '0'))$$,
    $$VALUES (0::bigint, true, '[]'::jsonb)$$, 'a rate of zero is no tax to list');
SELECT is((SELECT tax FROM sales.charge_tax(5, pg_temp.rates(false, '10'))), 1::bigint, 'half a unit is rounded up');

-- Three lines and the delivery of 01.11a of the XRechnung test suite: 234.77 at 19 % are 44.61, by line 44.60.
SELECT is(
    (SELECT array_agg(c.tax) FROM (VALUES (1, 21426, 0), (2, 1071, 21426), (3, 980, 22497)) AS l (n, amount, before),
            sales.charge_tax(l.amount, pg_temp.rates(false, '19'), l.before) AS c),
    ARRAY[4071, 203, 187]::bigint[], 'what is taxed alike is rounded together');
SELECT is_empty(
    $$SELECT FROM generate_series(0, 60) AS a, generate_series(0, 60) AS b,
             (VALUES (pg_temp.rates(true, '19')), (pg_temp.rates(false, '5', '9.975c')), (pg_temp.rates(false, '7')),
                     (pg_temp.rates(true, '6', '1', '0.5'))) AS r (rates),
             sales.charge_tax(a + b, r.rates) AS whole, sales.charge_tax(a, r.rates) AS first,
             sales.charge_tax(b, r.rates, a) AS second
      WHERE whole.tax <> first.tax + second.tax
         OR EXISTS (SELECT FROM jsonb_array_elements(second.taxes) AS t WHERE (t ->> 'amount')::bigint < 0)$$,
    'two amounts bear the tax of their sum, and no tax is negative');

CREATE TEMP TABLE charged AS
SELECT a.amount, r.rates, r.exact, c.*, (SELECT sum((t ->> 'amount')::bigint) FROM jsonb_array_elements(c.taxes) AS t)
           AS listed, (SELECT min((t ->> 'amount')::bigint) FROM jsonb_array_elements(c.taxes) AS t) AS least
FROM (SELECT g AS amount FROM generate_series(0, 300) AS g
      UNION ALL VALUES (999999999999999), (123456789), (10000000001)) AS a
CROSS JOIN (
    SELECT pg_temp.rates(i, VARIADIC v.texts) AS rates, v.exact
    FROM (VALUES (ARRAY['19'], 19), (ARRAY['5', '9.975'], 14.975), (ARRAY['5', '10c'], 15.5), (ARRAY['0', '7'], 7),
                 (ARRAY['5', '9.975c'], 15.47375), (ARRAY['6', '1', '0.5'], 7.5), (ARRAY['100', '100c'], 300))
        AS v (texts, exact), unnest(ARRAY[true, false]) AS i
) AS r
CROSS JOIN LATERAL sales.charge_tax(a.amount, r.rates) AS c;

SELECT is_empty('SELECT FROM charged WHERE tax <> listed OR least < 0', 'a tax is the sum of its taxes');
SELECT is_empty(
    $$SELECT FROM charged WHERE tax_included AND tax <> round(amount * exact / (100 + exact))$$,
    'inside the price it is rounded once, whatever it is made of');
SELECT is_empty(
    $$SELECT FROM charged WHERE NOT tax_included
      AND abs(tax - amount * exact / 100) > 0.5 * jsonb_array_length(taxes) * (1 + exact / 100)$$,
    'on top of it each tax is rounded once');
SELECT is_empty(
    $$SELECT FROM charged, jsonb_to_recordset(taxes) AS t (rate numeric, amount bigint, combine text)
      WHERE tax_included AND combine IS NULL AND abs(t.amount - charged.amount * t.rate / (100 + exact)) > 1$$,
    'no tax inside the price is off by more than a unit');

SELECT * FROM finish();
ROLLBACK;
