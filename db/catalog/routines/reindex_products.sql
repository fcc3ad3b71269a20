-- Writes the next 500 products into the search index, if it is not yet (all) in the language that the shop chose; after
-- the last one it is finished. At the beginning the vocabulary is written anew. The number of products that it wrote.
-- Callers:   api.reindex_products.
-- Locks:     catalog.search_index, then the products in id order.
-- Definer:   no other code may write the index.
CREATE OR REPLACE FUNCTION catalog.reindex_products()
RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_config   CONSTANT regconfig := catalog.search_config();
    v_language CONSTANT text := (SELECT s.search_language FROM sales.settings AS s);
    v_index    catalog.search_index;
    v_count    bigint;
    v_last     uuid;
BEGIN
    SELECT * INTO v_index FROM catalog.search_index AS i
    WHERE i.language IS DISTINCT FROM v_language OR i.finished_at IS NULL FOR NO KEY UPDATE SKIP LOCKED;
    IF NOT FOUND THEN
        RETURN 0;
    END IF;
    IF v_index.language IS DISTINCT FROM v_language THEN
        UPDATE catalog.search_index
        SET language = v_language, "position" = '00000000-0000-0000-0000-000000000000', done = 0,
            total = (SELECT count(*) FROM catalog.products), started_at = now(), finished_at = NULL
        RETURNING * INTO v_index;
        UPDATE catalog.search_words AS w
        SET stem = coalesce((tsvector_to_array(to_tsvector(v_config, w.word)))[1], w.word);
    END IF;
    WITH batch AS MATERIALIZED (
        SELECT p.id, p.name, p.sku, p.description, p.attributes, p.variant_words, p.parent_id
        FROM catalog.products AS p
        WHERE p.id > v_index."position"
        ORDER BY p.id LIMIT 500 FOR NO KEY UPDATE
    ), written AS (
        UPDATE catalog.products AS p
        SET name_key = catalog.name_key(b.name), sku_key = replace(catalog.name_key(b.sku), ' ', ''),
            search = CASE WHEN b.parent_id IS NULL THEN
                catalog.search_vector(b.name, b.sku, b.description, b.attributes, b.variant_words, v_config) END
        FROM batch AS b WHERE p.id = b.id
    ), learned AS (
        INSERT INTO catalog.search_words (word, stem, shorter)
        SELECT w.word, w.stem, catalog.shorten_word(w.word)
        FROM (SELECT DISTINCT s.word, s.stem
              FROM batch AS b
              CROSS JOIN LATERAL catalog.search_words(b.name, b.description, b.attributes, v_config) AS s) AS w
        WHERE NOT EXISTS (SELECT FROM catalog.search_words AS k WHERE k.word = w.word)
        ORDER BY w.word
        ON CONFLICT DO NOTHING
    )
    SELECT count(*), (array_agg(b.id ORDER BY b.id DESC))[1] INTO v_count, v_last FROM batch AS b;
    UPDATE catalog.search_index AS i
    SET "position" = coalesce(v_last, i."position"), done = i.done + v_count,
        finished_at = CASE WHEN v_count < 500 THEN now() END;
    RETURN v_count;
END $$;

GRANT EXECUTE ON FUNCTION catalog.reindex_products TO store_api;
