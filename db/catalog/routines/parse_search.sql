-- Turns the text of a search box into queries on catalog.products: `query` finds all words in any form and in any part
-- of a product, "a phrase", -without, OR, and SKUs, whole or begun, with or without separators; `names` only what has
-- all words in its name; `key` compares with name_key; `code` and `begun` find the SKU itself and those that begin with
-- it. Common words ("the") are only searched for if there are no others. A search that only excludes finds nothing.
-- Callers:   list_products, get_product_facets.
CREATE OR REPLACE FUNCTION catalog.parse_search(q text)
RETURNS catalog.search_terms
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_folded CONSTANT text := left(catalog.fold_text(parse_search.q), 400);
    v_code   CONSTANT text := replace(catalog.name_key(v_folded), ' ', '');
    v_config CONSTANT regconfig := catalog.search_config();
    v_terms  catalog.search_terms;
    v_near   integer := 4;    -- words that are looked up as misspelled; each costs some milliseconds
    v_part   record;
    v_term   record;
    v_all    tsquery;         -- of the terms since the last OR
    v_named  tsquery;
    v_common tsquery;
    v_not    tsquery;
    v_begun  text;
BEGIN
    IF parse_search.q IS NULL THEN
        RETURN NULL;
    END IF;
    v_terms.key := catalog.name_key(v_folded);
    -- At most 24 terms: searches are rarely longer.
    FOR v_part IN
        SELECT p.without, p.phrase, p.term, p.is_or
        FROM (
            SELECT m.part[1] IS NOT NULL AS without, m.part[2] IS NOT NULL AS phrase,
                   coalesce(m.part[2], m.part[3]) AS term, m.n,
                   m.part[3] = 'or' AND m.n > 1 AND m.n < count(*) OVER () AS is_or
            FROM regexp_matches(v_folded, '(-)?(?:"([^"]*)"?|(\S+))', 'g') WITH ORDINALITY AS m (part, n)
        ) AS p
        WHERE p.n <= 24
        UNION ALL
        SELECT false, false, '', true
    LOOP
        IF v_part.is_or THEN
            v_named := coalesce(v_named, v_common);
            v_all := coalesce(v_all, v_common);
            IF v_all IS NOT NULL THEN
                v_all := CASE WHEN v_not IS NULL THEN v_all ELSE v_all && v_not END;
                v_named := CASE WHEN v_not IS NULL THEN v_named ELSE v_named && v_not END;
                v_terms.query := CASE WHEN v_terms.query IS NULL THEN v_all ELSE v_terms.query || v_all END;
                v_terms.names := CASE WHEN v_terms.names IS NULL THEN v_named ELSE v_terms.names || v_named END;
            END IF;
            v_all := NULL;
            v_named := NULL;
            v_common := NULL;
            v_not := NULL;
            CONTINUE;
        END IF;
        CONTINUE WHEN catalog.name_key(v_part.term) = '';
        v_term := catalog.parse_term(v_part.term, v_part.phrase, v_near > 0 AND NOT v_part.without, v_config);
        IF v_part.without THEN
            v_not := CASE WHEN v_not IS NULL THEN !! v_term.query ELSE v_not && !! v_term.query END;
        ELSIF v_term.common THEN
            v_common := CASE WHEN v_common IS NULL THEN v_term.names ELSE v_common && v_term.names END;
        ELSE
            v_all := CASE WHEN v_all IS NULL THEN v_term.query ELSE v_all && v_term.query END;
            v_named := CASE WHEN v_named IS NULL THEN v_term.names ELSE v_named && v_term.names END;
        END IF;
        v_near := v_near - v_term.unknown::integer;
    END LOOP;

    IF v_folded !~ '"|(^|\s)-\S|\sor\s' AND char_length(v_code) BETWEEN 1 AND 64 THEN
        v_terms.code := ('''#' || v_code || '''')::tsquery;
        v_terms.begun := v_terms.code;
        IF char_length(v_code) > 2 THEN
            -- All SKUs of a shop may begin alike: then those that begin as the first one does, and no more than 2,000.
            v_begun := v_code;
            FOR v_more IN 1 .. 8 LOOP
                EXIT WHEN NOT EXISTS (
                    SELECT FROM catalog.products AS p
                    WHERE p.sku_key >= v_begun AND p.sku_key < v_begun || chr(1114111) AND p.deleted_at IS NULL
                    OFFSET 2000);
                v_begun := (
                    SELECT left(p.sku_key, char_length(v_begun) + 1) FROM catalog.products AS p
                    WHERE p.sku_key > v_begun AND p.sku_key < v_begun || chr(1114111) AND p.deleted_at IS NULL
                    ORDER BY p.sku_key LIMIT 1);
            END LOOP;
            v_terms.begun := v_terms.begun || ('''#' || v_begun || ''':*')::tsquery;
        END IF;
        v_terms.query := CASE WHEN v_terms.query IS NULL THEN v_terms.begun ELSE v_terms.query || v_terms.begun END;
    END IF;
    v_terms.query := coalesce(v_terms.query, ''::tsquery);
    RETURN v_terms;
END $$;

GRANT EXECUTE ON FUNCTION catalog.parse_search TO store_api;
