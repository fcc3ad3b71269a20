-- Statement trigger of catalog.products: words that are new to the shop are added to the words that a search can be
-- corrected to. Words are never removed: a word that no product contains any more finds nothing.
-- Callers:   triggers learn_inserted on catalog.products and learn_updated on catalog.products.
-- Locks:     the new words, in order, so that concurrent statements cannot deadlock.
-- Definer:   no other code may write the vocabulary.
CREATE OR REPLACE FUNCTION catalog.learn_words()
RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_ids uuid[];
BEGIN
    IF TG_OP = 'UPDATE' THEN
        -- Most updates change prices and other columns without searchable words, so there is nothing to read.
        v_ids := ARRAY(SELECT n.id FROM new_rows AS n JOIN old_rows AS o ON o.id = n.id
                       WHERE (n.name, n.description, n.attributes)
                             IS DISTINCT FROM (o.name, o.description, o.attributes));
        IF v_ids = '{}' THEN
            RETURN NULL;
        END IF;
    END IF;
    INSERT INTO catalog.search_words (word, stem, shorter)
    SELECT w.word, w.stem, catalog.shorten_word(w.word)
    FROM (
        SELECT DISTINCT s.word, s.stem
        FROM new_rows AS n CROSS JOIN LATERAL catalog.search_words(
            n.name, n.description, n.attributes, catalog.search_config()) AS s
        WHERE v_ids IS NULL OR n.id = ANY (v_ids)
    ) AS w
    WHERE NOT EXISTS (SELECT FROM catalog.search_words AS k WHERE k.word = w.word)
    ORDER BY w.word
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
