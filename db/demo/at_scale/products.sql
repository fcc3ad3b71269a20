-- Categories, products, prices. A third of the products are variants, five of a parent.
-- Run by db/demo/scale.py; the names in parentheses are its numbers.

CREATE TEMPORARY TABLE scale_words AS
SELECT string_to_array('amber ash birch black blue brass bright bronze brown calm cedar chalk cherry clay clear '
                       'coral cotton cream dark deep dusk ebony fern fine fir flax forest grand granite green grey '
                       'heather indigo ivory jade linen marble matt mellow misty moss navy oak ochre olive opal pale '
                       'pearl pine plain plum quiet red rose rustic sage sand silver slate smoky snow soft stone '
                       'sunny tall teal umber velvet walnut warm white willow', ' ') AS looks,
       string_to_array('steel glass oak wool cotton linen leather cork ceramic porcelain bamboo copper titanium '
                       'paper felt silk concrete rattan walnut aluminium', ' ') AS materials,
       string_to_array('lamp kettle mug chair table shelf notebook backpack tent bottle knife board jar throw '
                       'cushion towel candle skillet teapot grinder dripper press pen pencil ink planner tray clock '
                       'scissors bag jacket sock beanie glove scarf boot stove mat pillow blanket basket vase bowl '
                       'plate fork spoon ladle sieve whisk apron mirror frame hook rack stool bench ladder rug '
                       'curtain lantern', ' ') AS nouns,
       string_to_array('Made to last. Repairable at home. A little heavier than it looks. Designed for small rooms. '
                       'Tested by people who cook. Loved by travellers. Packs flat. Ages well. Comes in a box '
                       'without plastic. Fits where others do not',
                       '. ') AS praise;

CREATE TEMPORARY TABLE scale_merchants AS
SELECT row_number() OVER (ORDER BY random()) - 1 AS n, a.id, l.id AS earnings_id
FROM identity.accounts AS a JOIN ledger.accounts AS l ON l.owner_id = a.id AND l.kind = 'earnings'
WHERE a.email LIKE 'merchant%%@scale.example';

INSERT INTO catalog.categories (slug, name, position)
SELECT 'scale-' || n, 'Department ' || n, n FROM generate_series(1, 12) AS n;
INSERT INTO catalog.categories (parent_id, slug, name, position)
SELECT c.id, c.slug || '-' || n, c.name || ', shelf ' || n, n
FROM catalog.categories AS c, generate_series(1, 8) AS n WHERE c.slug ~ '^scale-[0-9]+$';

CREATE TEMPORARY TABLE scale_shelves AS
SELECT row_number() OVER (ORDER BY random()) - 1 AS n, c.id
FROM catalog.categories AS c
WHERE c.slug ~ '^scale-[0-9]+-[0-9]+$';

CREATE TEMPORARY TABLE scale_draft AS
SELECT d.*, (10 ^ (2.6 + 1.6 * d.dear))::bigint / 10 * 10 + 99 - 9 * (d.n %% 2) AS amount,
       (SELECT m.id FROM scale_merchants AS m WHERE m.n = d.seller) AS merchant_id,
       (SELECT s.id FROM scale_shelves AS s WHERE s.n = d.place) AS category_id
FROM (
    SELECT r.*, first_value(r.merchant) OVER family AS seller, first_value(r.shelf) OVER family AS place,
           CASE WHEN r.n %% 3 = 0 THEN r.n / 15 END AS family,
           (ARRAY['XS', 'S', 'M', 'L', 'XL'])[r.n %% 15 / 3 + 1] AS size,
           initcap(first_value(r.looks) OVER family) || ' ' || first_value(r.material) OVER family || ' '
               || first_value(r.noun) OVER family AS name
    FROM (
    SELECT n, now() - interval '2 years' + n * (interval '23 months' / %(products)s) AS created_at,
           floor(%(merchants)s * random() ^ 2)::integer AS merchant, floor(96 * random() ^ 1.5)::integer AS shelf,
           (random() + random() + random()) / 3 AS dear, random() AS stocked,
           w.looks[1 + floor(cardinality(w.looks) * random())::integer] AS looks,
                  w.materials[1 + floor(cardinality(w.materials) * random() ^ 1.3)::integer] AS material,
           w.nouns[1 + floor(cardinality(w.nouns) * random() ^ 1.6)::integer] AS noun,
           w.praise[1 + floor(cardinality(w.praise) * random())::integer] AS praise,
                  w.praise[1 + floor(cardinality(w.praise) * random())::integer] AS more
    FROM generate_series(1, %(products)s::integer) AS n, scale_words AS w
) AS r
    WINDOW family AS (PARTITION BY CASE WHEN r.n %% 3 = 0 THEN r.n / 15 ELSE -r.n END ORDER BY r.n)
) AS d;

INSERT INTO catalog.products (merchant_id, category_id, sku, name, description, attributes, created_at, kind,
                              variant_words, name_key, sku_key, search)
SELECT r.*, catalog.name_key(r.name), replace(catalog.name_key(r.sku), ' ', ''),
       catalog.search_vector(r.name, r.sku, r.description, r.attributes, r.words, catalog.search_config())
FROM (
    SELECT min(d.merchant_id::text)::uuid, min(d.category_id::text)::uuid, 'SP-' || lpad(d.family::text, 7, '0') AS sku,
           min(d.name) AS name, min(d.praise) || '.' AS description,
           jsonb_build_object('material', min(d.material)) AS attributes, min(d.created_at), 'parent',
           string_agg('#SC-' || lpad(d.n::text, 7, '0'), E'\n') || E'\n' || string_agg(DISTINCT d.size, E'\n') AS words
    FROM scale_draft AS d WHERE d.family IS NOT NULL GROUP BY d.family
) AS r;
INSERT INTO catalog.product_options (product_id, position, name, "values")
SELECT p.id, 1, 'Size', ARRAY['XS', 'S', 'M', 'L', 'XL'] FROM catalog.products AS p WHERE p.sku LIKE 'SP-%%';

INSERT INTO catalog.products (id, merchant_id, category_id, sku, name, description, attributes, created_at, parent_id,
                              option_values, name_key, sku_key, search)
SELECT r.*, catalog.name_key(r.name), replace(catalog.name_key(r.sku), ' ', ''),
       CASE WHEN r.parent_id IS NULL THEN
           catalog.search_vector(r.name, r.sku, r.description, r.attributes, '', catalog.search_config()) END
FROM (
    SELECT uuidv7(d.created_at - now()), d.merchant_id, d.category_id, 'SC-' || lpad(d.n::text, 7, '0') AS sku,
           d.name || CASE WHEN d.family IS NULL THEN '' ELSE ', ' || d.size END AS name,
           d.praise || '. ' || d.more || '.' AS description,
           jsonb_build_object('material', d.material, 'colour', d.looks, 'weight_g', 50 + d.n %% 5000) AS attributes,
           d.created_at, p.id AS parent_id,
           CASE WHEN d.family IS NOT NULL THEN jsonb_build_object('Size', d.size) END
    FROM scale_draft AS d LEFT JOIN catalog.products AS p ON p.sku = 'SP-' || lpad(d.family::text, 7, '0')
    ORDER BY d.n
) AS r;

CREATE TEMPORARY TABLE scale_products AS
SELECT row_number() OVER (ORDER BY md5(p.sku)) - 1 AS n, p.id, p.merchant_id, m.earnings_id, p.sku, p.name,
       d.amount, d.created_at, d.stocked, d.n %% 5 = 0 AS was_cheaper, d.n %% 33 = 0 AS will_rise,
       CASE WHEN d.n %% 5 = 0 THEN 2 ELSE 1 END AS version
FROM catalog.products AS p
JOIN scale_draft AS d ON p.sku = 'SC-' || lpad(d.n::text, 7, '0')
JOIN scale_merchants AS m ON m.id = p.merchant_id;
CREATE UNIQUE INDEX ON scale_products (n);
ANALYZE scale_products;

INSERT INTO catalog.prices (product_id, currency, version, amount, valid, created_by, created_at)
SELECT p.id, c.code, v.version, CASE c.code WHEN 'USD' THEN v.amount ELSE v.amount * 92 / 100 END, v.valid,
       p.merchant_id, lower(v.valid)
FROM scale_products AS p
CROSS JOIN LATERAL (SELECT 'USD' AS code UNION ALL SELECT 'EUR' WHERE p.n %% 5 < 3) AS c
CROSS JOIN LATERAL (
    SELECT 1 AS version, p.amount * 9 / 10 AS amount,
           tstzrange(p.created_at, p.created_at + interval '15 days') AS valid
    WHERE p.was_cheaper
    UNION ALL
    SELECT p.version, p.amount,
           tstzrange(CASE WHEN p.was_cheaper THEN p.created_at + interval '15 days' ELSE p.created_at END,
                                          CASE WHEN p.will_rise THEN now() + interval '30 days' END)
    UNION ALL
    SELECT p.version + 1, p.amount * 11 / 10, tstzrange(now() + interval '30 days', NULL) WHERE p.will_rise
) AS v;

DROP TABLE scale_draft;
