-- What a product is found by. Words of the name are there as they are written and without their ending, and once more
-- with = before them: a search for names alone need not read what is only mentioned in a description. #abc123 is the
-- SKU without separators. What is written with a hyphen or the like is also there in one word (t-shirt, at&t). The
-- language's common words (the, it) are left out, except those of the name.
-- Callers:   index_product, reindex_products, the demo at scale.
CREATE OR REPLACE FUNCTION catalog.search_vector(
    name text, sku text, description text, attributes jsonb, variant_words text, config regconfig
)
RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    -- Of a parent: a line for each SKU of its variants, after #, and for each value of their options.
    v_skus   CONSTANT text[] := ARRAY(SELECT l FROM string_to_table(search_vector.variant_words, E'\n') AS l
                                      WHERE starts_with(l, '#'));
    v_values text := coalesce((SELECT string_agg(l, ' ') FROM string_to_table(search_vector.variant_words, E'\n') AS l
                               WHERE NOT starts_with(l, '#')), '');
    c_joined CONSTANT text := '[[:alnum:]]+(?:[-''’./&+_][[:alnum:]]+)+';
    v_name   CONSTANT text := catalog.fold_text(search_vector.name);
    v_sku    CONSTANT text := catalog.fold_text(search_vector.sku);
    v_rest   text := catalog.fold_text(search_vector.description);
    v_named  text;
    v_words  tsvector;
BEGIN
    v_named := catalog.cut_words(v_name || ' ' || catalog.fold_text(v_values), false);
    IF v_name ~ '[-''’./&+_]' THEN
        v_named := concat_ws(' ', v_named, (
            SELECT string_agg(regexp_replace(m.found[1], '[^[:alnum:]]', '', 'g'), ' ')
            FROM regexp_matches(v_name, c_joined, 'g') AS m (found)));
    END IF;
    -- The text of a tsvector with a word twice is one with both, at the same positions.
    v_named := to_tsvector(config, v_named)::text || ' ' || to_tsvector('simple', v_named)::text;
    v_words := setweight(v_named::tsvector, 'A')
        || regexp_replace(v_named, '''([^'']+)''', '''=\1''', 'g')::tsvector;
    v_named := catalog.cut_words(concat_ws(' ', v_sku, catalog.fold_text(array_to_string(v_skus, ' '))), false);
    v_words := v_words
        || setweight((to_tsvector(config, v_named)::text || ' ' || to_tsvector('simple', v_named)::text)::tsvector,
                     'A');
    v_words := v_words || array_to_tsvector(ARRAY(
        SELECT '#' || replace(catalog.name_key(c), ' ', '') FROM unnest(search_vector.sku || v_skus) AS c));
    IF v_rest <> '' THEN
        v_words := v_words || setweight(to_tsvector(config, catalog.cut_words(v_rest, false)), 'B');
        IF v_rest ~ '[[:alnum:]][-''’&+_][[:alnum:]]' THEN
            v_words := v_words || setweight(to_tsvector(config, (
                SELECT string_agg(DISTINCT regexp_replace(m.found[1], '[^[:alnum:]]', '', 'g'), ' ')
                FROM regexp_matches(v_rest, c_joined, 'g') AS m (found))), 'B');
        END IF;
    END IF;
    IF search_vector.attributes <> '{}' THEN
        v_values := (SELECT string_agg(v.value #>> '{}', ' ')
                     FROM jsonb_path_query(search_vector.attributes, 'strict $.** ? (@.type() == "string")')
                         AS v (value));
        IF v_values IS NOT NULL THEN
            v_words := v_words
                || setweight(to_tsvector(config, catalog.cut_words(catalog.fold_text(v_values), false)), 'C');
        END IF;
    END IF;
    RETURN v_words;
END $$;
